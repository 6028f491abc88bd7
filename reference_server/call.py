"""A request on its way through the server, and the reply or the refusal that it ends in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.exchange import Pairs
from apicheck.model.facts import Bucket
from apicheck.model.json import MISSING, Json
from apicheck.model.operation import Operation
from reference_server.document.profile import Rules
from reference_server.document.routing import Match
from reference_server.document.versions import Naming
from reference_server.state.identities import Identity
from reference_server.state.limits import Standing
from reference_server.state.server_state import ServerState
from reference_server.state.store import Stored

PLAIN = "plain"
"""The entry of requests that came by plain HTTP, where the policy wants HTTPS."""
TLS = "tls"
"""The entry of requests that came by TLS."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served.

    kind: anonymous, bad, several, state:<state>, tenant-unknown, tenant-foreign, scope, rate,
    absent, foreign:<whose>, unknown_path, version:<kind>, gone, method, media, accept, syntax,
    schema, unknown_embed, too_large, conflict, reference, client, oauth, internal. text: for a
    person. status: where the kind does not say it. members: of the error body, over its example.
    fields: of the request that break a rule, with a sentence each.
    """

    kind: str
    text: str
    status: int | None = None
    members: Mapping[str, Json] = field(default_factory=dict)
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Admission:
    """What a bucket said. limit: as promised, whatever is enforced. cost: as how many it counts."""

    bucket: Bucket
    limit: int
    standing: Standing
    cost: int = 1


@dataclass(slots=True)
class Reply:
    """A response in the making. value: a JSON body; where it is missing, `text` is the body."""

    status: int
    media: str = ""
    value: Json = MISSING
    text: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    refusal: Refusal | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header field, None when there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(slots=True)
class Call:
    """A request with what the stages have found out about it so far.

    path: percent-encoded, without query. headers: names in lower case. caller: as `When` has
    it. whole: the body is all that was sent. presented: something stands where a credential
    belongs. entry: the listener: PLAIN, TLS, a region, or "" for the one that is always there.
    port: of the client, which a connection has for itself. version: of HTTP.
    """

    server: ServerState
    method: str
    path: str
    query: Pairs
    headers: Pairs
    body: bytes
    peer: str
    match: Match
    rules: Rules | None
    naming: Naming
    whole: bool = True
    entry: str = ""
    port: int = 0
    version: str = "1.1"
    caller: str = "anonymous"
    presented: bool = False
    identity: Identity | None = None
    admissions: list[Admission] = field(default_factory=list)
    value: Json = MISSING
    objects: dict[str, Stored] = field(default_factory=dict)
    """Path parameter -> the object it names."""

    @property
    def operation(self) -> Operation | None:
        """The operation that the request names."""
        return self.match.operation

    @property
    def op_rules(self) -> Rules:
        """The rules of a call that has passed the route stage."""
        assert self.rules is not None  # the route stage refuses the others
        return self.rules

    @property
    def caller_identity(self) -> Identity:
        """The identity of a call; for an operation that is open to all, one without rights."""
        return self.identity or _ANONYMOUS

    def header_values(self, name: str) -> tuple[str, ...]:
        """Every value of a request header."""
        return tuple(value for key, value in self.headers if key == name)

    def header(self, name: str) -> str | None:
        """The first value of a request header."""
        return next(iter(self.header_values(name.lower())), None)


_ANONYMOUS = Identity(id="", name="", token="", tenant="")
