"""The subject that a check judges, and the context that all subjects of a run share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from apicheck.model.exchange import Caller, Pairs, Request
from apicheck.model.facts import (
    Bucket,
    Deprecation,
    Event,
    ExpectedResponse,
    Facts,
    ResponseRule,
    Selector,
    StatusSet,
)
from apicheck.model.json import Json
from apicheck.model.operation import Operation, Spec
from apicheck.model.policy import Clause
from apicheck.model.selector import selects
from apicheck.model.target import Consent, Endpoints, Identity, Minter, Mode
from apicheck.model.verdict import NotTested

UNIQUE_LENGTH = 12
"""How many characters replace `UNIQUE` when a request is sent."""
UNIQUE = "{apicheck:unique}"
"""In a request: sending replaces it by a value that no other request of any run has."""


class SubjectKind(StrEnum):
    """What a check judges; each subject has a probe (or a set of cases) of its own."""

    OPERATION = "operation"
    BUCKET = "bucket"
    EVENT = "event"
    CLAUSE = "clause"
    """A clause with an `example:`."""
    API = "api"
    """The API as a whole: one subject, and no operation."""
    EXCHANGES = "exchanges"
    """Of a passive check: the recorded exchanges."""


@dataclass(frozen=True, slots=True)
class Need:
    """A value that a request takes from the response of another operation (an OpenAPI link).

    place: "path", "query" or "body". name: the parameter, or a JSON Pointer into the body.
    pointer: JSON Pointer into the body of the response. convention: the document has no link,
    and the value is where responses usually have it. parameter: path parameter of that
    operation's own request that has the value (a client that creates by PUT chooses it), or "".
    """

    place: str
    name: str
    operation: str
    pointer: str
    convention: bool = False
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make the canonical valid request of an operation.

    values: path parameters known already. headers: with the cookies, in one field. consumes: the
    request uses up what it names, so that a shared object must not be given to it. origin:
    "fixture", "example", "schema".
    otherwise: further recipes, to be tried in this order when the target refuses the request.
    """

    operation: str
    values: Mapping[str, Json] = field(default_factory=dict)
    query: Pairs = ()
    headers: Pairs = ()
    body: Json = None
    media_type: str = ""
    needs: tuple[Need, ...] = ()
    consumes: bool = False
    origin: str = "example"
    otherwise: tuple[Recipe, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a check's table, or one drawn value. name: unique within its subject.

    spread: names the row among all subjects that share it; a few of these are asked it. "" for a
    row that every subject is asked. fact: path of the fact that the row alone is about; rows of
    different facts have results of their own. "" for those of the subject.
    """

    name: str
    value: Json = None
    drawn: bool = False
    spread: str = ""
    fact: str = ""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What all subjects of a run share. Holds no secret.

    capabilities: what `Ask` can do on this target ("mint", "clock", "revoke", "change", "effects",
    "listener", "subscribe_by_hand", "fail_next", "processed"), and
    "closed_port": the listener can refuse connections for a while; "foreign_secret": `Sign` can
    sign as another tenant; "load": many requests may be sent at once.
    actors: operationId -> name of the identity that may call it, absent when there is none.
    """

    spec: Spec
    facts: Facts
    identities: Mapping[str, Identity]
    recipes: Mapping[str, Recipe | NotTested]
    actors: Mapping[str, str]
    capabilities: frozenset[str] = frozenset()
    mode: Mode = Mode.FULL
    thorough: bool = False
    bucket_of: Mapping[str, str] = field(default_factory=dict)
    """operationId -> name of the bucket that counts it, absent when none does."""
    use_up: frozenset[str] = frozenset()
    """Buckets whose limit is reached whatever that costs."""
    required_scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """operationId -> scopes it needs, by policy over document."""
    all_scopes: tuple[str, ...] = ()
    required_permissions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    all_permissions: tuple[str, ...] = ()
    sufficient_roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """operationId -> roles one of which it needs, absent or empty when it needs none."""
    all_roles: tuple[str, ...] = ()
    secured: frozenset[str] = frozenset()
    """operationIds that need a credential, by policy over document."""
    alternatives: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """operationId -> alternatives, each the names of schemes needed together; policy over
    document. () for a public operation."""
    implied_scheme: str = ""
    """The scheme in which every operation gets the caller's credential, where the document says
    nothing of credentials and the target file has one; "" otherwise."""
    client_certificate: bool = False
    """Whether every connection of the run presents a client certificate (mutualTLS)."""
    clients: tuple[Minter, ...] = ()
    """OAuth clients of the policy's token operation, with placeholders for secrets."""
    public_clients: tuple[Minter, ...] = ()
    """Those that have no secret (RFC 6749, section 2.1)."""
    consent: Consent | None = None
    """How an authorization request is approved; None where the target file does not say."""
    base_url: str = ""
    """Of the target, up to and without the paths of the document."""
    endpoints: Endpoints = field(default_factory=Endpoints)
    verifies_certificates: bool = True
    """Whether the target file wants them valid."""
    withheld: Mapping[str, NotTested] = field(default_factory=dict)
    """operationId -> why it is never sent. Its recipe is the same reason."""
    earlier: tuple[Spec, ...] = ()
    """Earlier documents of the API, in the order of `versioning.history`."""
    guarded: Mapping[str, Recipe | NotTested] = field(default_factory=dict)
    """Recipes of withheld operations that are sent where someone asks for exactly them."""
    _selected: dict[tuple[Selector, str], bool] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )
    """What `selects` found: every passive check asks it of every exchange."""
    ruled: dict[tuple[str, int, Caller | None], tuple[tuple[str, ResponseRule], ...]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )
    """(operationId, status, caller) -> the rules of `responses` that apply, as checks ask again."""
    built: dict[tuple[str, str], tuple[tuple[object, ...], Request]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )
    """(operationId, identity) -> the request that was built last, after what it was built from."""

    def bucket_for(self, operation: str) -> Bucket | None:
        """The bucket that counts an operation; None where none does."""
        limits = self.facts.rate_limits
        return limits.buckets.get(self.bucket_of.get(operation, "")) if limits else None

    def selects(self, ops: Selector | None, operation: Operation) -> bool:
        """Whether the `ops` of a promise selects an operation; None selects all."""
        if ops is None:
            return True
        found = self._selected.get((ops, operation.id))
        if found is None:
            found = selects(ops, operation, self.facts.operations, self.secured)
            self._selected[ops, operation.id] = found
        return found

    def admit(self, operations: Collection[str]) -> RunContext:
        """The context in which guarded operations are sent like others."""
        admitted = {name: self.guarded[name] for name in operations if name in self.guarded}
        if not admitted:
            return self
        return replace(
            self,
            recipes={**self.recipes, **admitted},
            withheld={name: why for name, why in self.withheld.items() if name not in admitted},
        )

    def permits(self, identity: Identity, operation: str) -> bool:
        """Whether an identity has the rights for an operation; unknown rights count as held.

        Rights are scopes with all that they imply, permissions, and one of the sufficient roles.
        """
        scopes = self.required_scopes.get(operation, ())
        words = self.required_permissions.get(operation, ())
        roles = self.sufficient_roles.get(operation, ())
        implied = self.facts.authorization.with_implied
        return (
            (identity.scopes is None or set(scopes) <= implied(identity.scopes))
            and (identity.permissions is None or set(words) <= set(identity.permissions))
            and (not roles or identity.roles is None or not set(roles).isdisjoint(identity.roles))
        )

    def lacks(self, identity: Identity, operation: str) -> bool:
        """Whether an identity certainly has not the rights for an operation.

        What a scope allows that neither document nor policy names, nobody knows: `read!group=one`
        may allow some of what `read` allows.
        """
        implies = self.facts.authorization.implies
        known = {*self.all_scopes, *implies, *(one for few in implies.values() for one in few)}
        if identity.scopes is not None and not known.issuperset(identity.scopes):
            identity = replace(identity, scopes=None)
        return not self.permits(identity, operation)


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a check judges.

    key: unique within the check ("getContact", "general", "contact.created", "AUTH-1").
    fact: path that it concerns ("rate_limits.general"), "" when none.
    """

    kind: SubjectKind
    key: str
    context: RunContext
    fact: str = ""
    operation: Operation | None = None
    bucket: Bucket | None = None
    event: Event | None = None
    deprecation: Deprecation | None = None
    clause: Clause | None = None
    case: Case | None = None
    asked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """operationId -> the clauses for which a result on it counts, for each operation that is asked
    the same check."""
    promise: ExpectedResponse | None = None
    """What `Applies.promise` said, once the check is bound to the subject."""
    provokes: StatusSet = field(default_factory=StatusSet)
    """What `Applies.provokes` said, likewise."""

    @property
    def facts(self) -> Facts:
        """The facts of the policy."""
        return self.context.facts

    @property
    def op(self) -> Operation:
        """The operation. Raises ValueError for a subject without one."""
        if self.operation is None:
            raise ValueError(f"subject {self.key} has no operation")
        return self.operation

    @property
    def row(self) -> Case:
        """The case that the subject is bound to. Raises ValueError without one."""
        if self.case is None:
            raise ValueError(f"subject {self.key} is bound to no case")
        return self.case

    @property
    def expected(self) -> ExpectedResponse:
        """The promised response. Raises ValueError when `applies` named none."""
        if self.promise is None:
            raise ValueError(f"subject {self.key} has no promise")
        return self.promise

    def with_case(self, case: Case) -> Subject:
        """The same subject, bound to one case."""
        return replace(self, case=case)
