"""Who may do what: authentication and authorization."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from apicheck.model.facts.responses import ExpectedResponse, Selector, StatusSet
from apicheck.model.operation import SecurityScheme


@dataclass(frozen=True, slots=True)
class Jwt:
    """`authentication.jwt`: what a JSON Web Token must be to be accepted (RFC 7519, section 4.1).

    issuer, audience: values of `iss` and `aud`; "": not checked. keys: operation that publishes
    the keys as a JWK Set (RFC 7517, section 5), "" when none does.
    """

    issuer: str = ""
    audience: str = ""
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """A credential that an operation hands out, beside OAuth's tokens.

    scheme: of the document. value: pointer to the credential in the response. revoke: operation
    that ends it, "" when none does. replaces: operation that issued the credential in whose place
    this one comes, "" when it comes beside it. overlap: how long that one works on.
    ends_with_owner: whether it does no more than the person who had it issued.
    """

    scheme: str
    value: str
    revoke: str = ""
    replaces: str = ""
    overlap_s: float = 0.0
    ends_with_owner: bool = False


@dataclass(frozen=True, slots=True)
class Authentication:
    """`authentication`: how the target refuses bad credentials. Scheme and place: the document."""

    anonymous: ExpectedResponse | None = None
    bad: ExpectedResponse | None = None
    prefix: str | None = None
    states: Mapping[str, ExpectedResponse] = field(default_factory=dict)
    credential_in: tuple[str, ...] = ()
    revoked_within_s: float | None = None
    lifetime_s: float | None = None
    changes_within_s: float | None = None
    """How soon a change of an account, or of its rights, holds for credentials in use."""
    schemes: Mapping[str, SecurityScheme] = field(default_factory=dict)
    """Beside those of the document."""
    security: Mapping[str, Selector] = field(default_factory=dict)
    """Over the document: scheme name, or "none" -> operations."""
    unknown_paths: ExpectedResponse | None = None
    never: StatusSet | None = None
    anonymous_may: Selector | None = None
    several: ExpectedResponse | None = None
    """The response to more than one credential in one request."""
    jwt: Jwt | None = None
    issued: Mapping[str, Issued] = field(default_factory=dict)
    """Operation -> the credential that its response hands out."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """The expected response for an object of another owner. None: as for an absent object."""

    response: ExpectedResponse | None
    ops: Selector | None = None


@dataclass(frozen=True, slots=True)
class Tenant:
    """A path parameter that names the tenant; its value comes from the identity."""

    parameter: str
    unknown: ExpectedResponse | None = None
    foreign: ExpectedResponse | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """`authorization`. needs: "all" (every listed scope or permission) or "exact"."""

    refusal: ExpectedResponse | None = None
    scopes: Mapping[str, Selector] = field(default_factory=dict)
    needs: str = "all"
    implies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Scope -> scopes that it includes."""
    permissions: Mapping[str, Selector] = field(default_factory=dict)
    roles: Mapping[str, Selector] = field(default_factory=dict)
    """Role -> operations; one of the roles that list an operation is enough to call it."""
    foreign: Mapping[str, Foreign] = field(default_factory=dict)
    """Whose object ("tenant", "user", "app") -> the response."""
    tenants: tuple[Tenant, ...] = ()
    absent: ExpectedResponse | None = None
    hidden: Selector | None = None

    def with_implied(self, scopes: Iterable[str]) -> frozenset[str]:
        """Scopes with all that they imply, directly or through others."""
        held, found = frozenset[str](), frozenset(scopes)
        while held != found:
            held = found
            found = held.union(*(self.implies.get(scope, ()) for scope in held))
        return held
