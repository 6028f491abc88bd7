"""What a check is bound to: one operation, bucket, event, deprecation or clause, with its world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from apicheck.model.exchange import Pairs
from apicheck.model.facts import Bucket, Deprecation, Event, Facts
from apicheck.model.json import Json
from apicheck.model.operation import Operation, Spec
from apicheck.model.policy import Clause
from apicheck.model.target import Identity, Minter, Mode
from apicheck.model.verdict import NotTested

UNIQUE_LENGTH = 12
"""How many characters stand in the place of `UNIQUE` when a request is sent."""
UNIQUE = "{apicheck:unique}"
"""In a request: replaced, when it is sent, by a value that no other request of any run has."""


class SubjectKind(StrEnum):
    """What a check is asked about, one probe (or set of cases) each."""

    OPERATION = "operation"
    BUCKET = "bucket"
    EVENT = "event"
    CLAUSE = "clause"
    """A clause with an `example:`."""
    API = "api"
    """The API as a whole: one subject, and no operation."""
    EXCHANGES = "exchanges"
    """Passive: whatever was recorded."""


@dataclass(frozen=True, slots=True)
class Need:
    """A value that a request takes from the answer of another operation (an OpenAPI link).

    place: "path", "query" or "body". name: the parameter, or a JSON Pointer into the body.
    pointer: JSON Pointer into the answer's body. convention: no link says so, and the value is
    looked for where answers usually have it. parameter: path parameter of that operation's own
    request whose value it is, "" for none: who creates by PUT chooses the name.
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

    values: path parameters known already. consumes: the request uses up what it names, so
    that a shared object must not be given to it. origin: "fixture", "example", "schema".
    """

    operation: str
    values: Mapping[str, str] = field(default_factory=dict)
    query: Pairs = ()
    headers: Pairs = ()
    body: Json = None
    media_type: str = ""
    needs: tuple[Need, ...] = ()
    consumes: bool = False
    origin: str = "example"


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a check's table, or one drawn value. name: unique within its subject.

    spread: names the row among all subjects that share it; a few of these are asked it. "" for a
    row that every subject is asked.
    """

    name: str
    value: Json = None
    drawn: bool = False
    spread: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """What every subject of a run shares. Holds no secret.

    capabilities: what `Ask` can do on this target ("mint", "clock", "revoke", "effects",
    "listener", "subscribe_by_hand", "fail_next").
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
    client_certificate: bool = False
    """Whether every connection of the run presents a client certificate (mutualTLS)."""
    clients: tuple[Minter, ...] = ()
    """OAuth clients that we have at the policy's token operation; placeholders for secrets."""
    base_url: str = ""
    """Of the target, up to and without the paths of the document."""

    def permits(self, identity: Identity, operation: str) -> bool:
        """Whether an identity has the rights for an operation; what is not known counts as held.

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


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that one check is asked about.

    key: unique within the check ("getContact", "general", "contact.created", "AUTH-1").
    of: fact path that it concerns ("rate_limits.general"), "" when none.
    """

    kind: SubjectKind
    key: str
    world: World
    of: str = ""
    operation: Operation | None = None
    bucket: Bucket | None = None
    event: Event | None = None
    deprecation: Deprecation | None = None
    clause: Clause | None = None
    case: Case | None = None

    @property
    def facts(self) -> Facts:
        """The facts of the policy."""
        return self.world.facts

    @property
    def op(self) -> Operation:
        """The operation of a subject that has one."""
        if self.operation is None:
            raise ValueError(f"subject {self.key} has no operation")
        return self.operation

    def with_case(self, case: Case) -> Subject:
        """The same subject, bound to one case."""
        return replace(self, case=case)
