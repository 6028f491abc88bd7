"""Requests and responses as they are recorded, with placeholders for secrets.

A request is written with placeholders (`$APICHECK_ADMIN_TOKEN`) and stays so; only the
transport, at the moment of sending, puts the secret in. A placeholder may carry a derivation:
`$APICHECK_ADMIN_TOKEN[:-1]` (all but the last character), `[1:]`, `~flip(10)` (the character
at index 10 replaced), `~upper`, `~swapcase`, `~append(x)`; for JSON Web Tokens
`~jose(alg=none)`, `~claim(sub=admin)`, `~unsigned`, `~hmac(…)`, `~rsa`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import quote

from apicheck.model.json import Json, members_of, parse_json, refuse_constant
from apicheck.model.media_types import strip_parameters
from apicheck.model.verdict import StopReason

_BODILESS = (204, 205, 304)
_LAST_S = 253_402_300_799.0
"""The last second of the year 9999, in epoch seconds: no calendar goes further."""
_READABLE = "$:~(),"
_MARKS = "[]"
"""Stand as they are in a placeholder's derivations; elsewhere some servers refuse them."""
_RESERVED = "!$'()*,;:@/?=[]"
"""What RFC 3986 reserves, without what would end a pair or the query."""

Pairs = tuple[tuple[str, str], ...]
"""Names and values in order; names may repeat."""


class Role(StrEnum):
    """Why an exchange was made. Only table, drawn and confirm exchanges exercise a property."""

    PREFLIGHT = "preflight"
    SETUP = "setup"
    CONTROL = "control"
    TABLE = "table"
    DRAWN = "drawn"
    SHRINK = "shrink"
    CONFIRM = "confirm"
    CLEANUP = "cleanup"
    THROTTLED = "throttled"
    """Refused by a limit that the script did not mean to reach, and sent again. Not judged."""
    ATTEMPT = "attempt"
    """Meant to be accepted and refused; the script then asked in another way. Not judged."""

    SENTINEL = "sentinel"
    """A request that was accepted before, sent again to see whether credential or server live."""

    @property
    def exercises(self) -> bool:
        """Whether an exchange of this role counts towards `min_exercised`."""
        return self in (Role.TABLE, Role.DRAWN, Role.CONFIRM)


class Caller(StrEnum):
    """What a request says about its sender."""

    ANONYMOUS = "anonymous"
    BAD = "bad"
    AUTHENTICATED = "authenticated"


class Direction(StrEnum):
    """Out: a request to the target. In: a webhook that the target delivered to the listener."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential of a request.

    place: "header", "query" or "cookie"; name: the header, parameter or cookie;
    value: as sent, with placeholders (`Bearer $APICHECK_ADMIN_TOKEN`).
    """

    scheme: str
    place: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Via:
    """Another way to the API than the target's base URL, on a connection of its own.

    url: one of the target's endpoints. tls: the only version that the client offers ("1.1"),
    and it takes any certificate then; "": any version, with a certificate that is valid.
    """

    url: str
    tls: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether the connection is not encrypted."""
        return self.url.startswith("http://")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request below the target's base URL, or below that of `via`.

    path: percent-encoded once, begins with "/", no query. query: decoded names and values.
    headers: without credentials. body: bytes, with placeholders for secrets. reserved: names in the
    query whose values keep reserved characters as they are (`allowReserved`).
    operation: operationId, "" for a request of no declared operation.
    identity: name of the identity whose credential it carries, "" for none. version: of HTTP, where
    it is not 1.1.
    """

    method: str
    path: str
    query: Pairs = ()
    headers: Pairs = ()
    body: bytes | None = None
    credentials: tuple[Credential, ...] = ()
    operation: str = ""
    identity: str = ""
    caller: Caller = Caller.ANONYMOUS
    reserved: tuple[str, ...] = ()
    via: Via | None = None
    version: str = ""

    def with_header(self, name: str, *values: str) -> Request:
        """The same request with these values of a header field; no values remove the field."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=(*kept, *((name, value) for value in values)))

    def without_header(self, name: str) -> Request:
        """The same request without a header field."""
        return self.with_header(name)

    def without_credentials(self) -> Request:
        """The same request without credentials."""
        return replace(self, credentials=(), identity="", caller=Caller.ANONYMOUS)

    def with_credentials(self, identity: str, *credentials: Credential) -> Request:
        """The same request with the credentials of an identity in place of its own."""
        return replace(
            self, credentials=credentials, identity=identity, caller=Caller.AUTHENTICATED
        )

    def with_bad_credentials(self, *credentials: Credential) -> Request:
        """The same request with credentials that must not be accepted."""
        return replace(self, credentials=credentials, identity="", caller=Caller.BAD)

    def header(self, name: str) -> str | None:
        """The first value of a header field as it is sent; None when it is absent."""
        values = (value for key, value in self.wire_headers if key.lower() == name.lower())
        return next(values, None)

    @property
    def members(self) -> Mapping[str, Json]:
        """The members of the body, where it is a JSON object; otherwise none."""
        return members_of(parse_json(self.body or b""))

    @property
    def wire_headers(self) -> Pairs:
        """Headers with the credentials merged in, placeholders still standing.

        All cookies stand in one field (RFC 6265 section 5.4).
        """
        plain = [pair for pair in self.headers if pair[0].lower() != "cookie"]
        cookies = [value for name, value in self.headers if name.lower() == "cookie"]
        cookies += [f"{c.name}={c.value}" for c in self.credentials if c.place == "cookie"]
        plain += [(c.name, c.value) for c in self.credentials if c.place == "header"]
        return (*plain, ("Cookie", "; ".join(cookies))) if cookies else tuple(plain)

    @property
    def wire_target(self) -> str:
        """Path and query as they go on the request line, placeholders still standing."""
        pairs = [
            *self.query,
            *((c.name, c.value) for c in self.credentials if c.place == "query"),
        ]
        if not pairs:
            return self.path
        return f"{self.path}?{'&'.join(self._write_pair(*pair) for pair in pairs)}"

    def _write_pair(self, name: str, value: str) -> str:
        safe = _RESERVED if name in self.reserved else _READABLE
        if "$APICHECK_" in value:
            safe += _MARKS
        return f"{quote(name, safe='$~')}={quote(value, safe=safe)}"


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, as received: repeated headers kept, secrets replaced, body capped.

    truncated: True when the body was longer than the recorder keeps; `body` is then its start.
    """

    status: int
    headers: Pairs = ()
    body: bytes = b""
    reason: str = ""
    truncated: bool = False
    _by_name: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """Header values by lower-case name: every passive check looks headers up."""

    def __post_init__(self) -> None:
        by_name: dict[str, tuple[str, ...]] = {}
        for name, value in self.headers:
            by_name[name.lower()] = (*by_name.get(name.lower(), ()), value)
        object.__setattr__(self, "_by_name", by_name)

    def header(self, name: str) -> str | None:
        """The first value of a header, None when it is absent. Names in any case."""
        values = self.header_values(name)
        return values[0] if values else None

    def header_values(self, name: str) -> tuple[str, ...]:
        """Every value of a header, one for each line it came on."""
        return self._by_name.get(name.lower(), ())

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; "" when there is none."""
        return strip_parameters(self.header("content-type") or "")

    def json(self) -> object:
        """The body as JSON. Raises ValueError when it is not (RFC 8259: UTF-8, no NaN)."""
        try:
            return json.loads(self.body.decode("utf-8"), parse_constant=refuse_constant)
        except RecursionError:
            raise ValueError("nested too deeply to be read") from None

    @property
    def succeeded(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


class TransportErrorKind(StrEnum):
    """Why no response was received."""

    REFUSED = "connection-refused"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol-error"
    TLS = "tls"
    DNS = "name-resolution"
    UNCONNECTED = "no-connection"
    """Nobody responded to the attempt to connect, as where a firewall drops it."""
    CLOSED = "connection-closed"
    FORBIDDEN = "host-not-in-target"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TransportError:
    """No usable response was received."""

    kind: TransportErrorKind
    message: str


SIDE_BY_SIDE, ONLY_UNDER_LOAD, TRAVELLED = "side-by-side", "only-under-load", "travelled"
UNASKED = "unasked-bytes"
TLS_VERSION = "tls-version"


@dataclass(frozen=True, slots=True)
class Observation:
    """A fact of an exchange that only the recorder can compute, from a secret or the raw bytes.

    name: "leaks" (about: placeholder, value: where), "signature" (about: placeholder,
    value: "valid" or why not), "equals" (about: placeholder, value: where), "date-differs"
    (value: seconds that Date is ahead of the present, noted where it is a second or more),
    "asked-to-fail" (about: operation that failed because a script asked for it, through control),
    "provoked" (about: check, value: status; for passive checks: the script caused the status),
    SIDE_BY_SIDE (value: how many requests were under way at once, noted for a 5xx),
    ONLY_UNDER_LOAD (value: as before; for passive checks: the status came to no request alone),
    TRAVELLED (value: epoch seconds; a script had taken the target's clock to this moment),
    TLS_VERSION (value: "TLSv1.3", of the connection to an endpoint),
    UNASKED (bytes came behind the response that no request asked for; they were dropped).
    """

    name: str
    about: str
    value: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its response, or the error in place of one.

    sent_at, received_at: seconds since the run began, on the target's clock: moves of a
    virtual clock are included, so that intervals are those that the target sees; travels of a
    script, which it returns from, are not.
    A happened before B exactly when A.received_at < B.sent_at.
    raw: the bytes that a script wrote itself; `request` then describes them.
    For Direction.IN the request is the target's delivery and the response the listener's.
    """

    id: str
    request: Request
    response: Response | None
    error: TransportError | None
    sent_at: float
    received_at: float
    role: Role
    observations: tuple[Observation, ...] = ()
    direction: Direction = Direction.OUT
    raw: bytes | None = None

    @property
    def status(self) -> int:
        """The status code; 0 without a response."""
        return self.response.status if self.response else 0

    @property
    def received(self) -> Response:
        """The response of an exchange that has one. Raises ValueError where none came."""
        if self.response is None:
            raise ValueError(f"exchange {self.id} has no response")
        return self.response

    @property
    def succeeded(self) -> bool:
        """Whether the status is 2xx; False without a response."""
        return self.response is not None and self.response.succeeded

    def json_or(self, otherwise: Json = None) -> Json:
        """The body of the response as JSON; `otherwise` without a response, or one in JSON."""
        try:
            return self.response.json() if self.response else otherwise
        except ValueError:
            return otherwise

    @property
    def members(self) -> Mapping[str, Json]:
        """The members of the response, where its body is a JSON object; otherwise none."""
        return members_of(self.json_or())

    @property
    def bodiless(self) -> bool:
        """Whether HTTP forbids content in the response (RFC 9110 section 6.4.1)."""
        return self.request.method == "HEAD" or self.status in _BODILESS

    @property
    def travelled_to(self) -> datetime | None:
        """Where a script had taken the target's clock, in UTC; None where it was in the present."""
        seen = self.observed(TRAVELLED)
        return datetime.fromtimestamp(min(float(seen[0].value), _LAST_S), UTC) if seen else None

    def observed(self, name: str) -> tuple[Observation, ...]:
        """The observations of one name."""
        if not self.observations:  # as most, and every check asks
            return ()
        return tuple(item for item in self.observations if item.name == name)


@dataclass(frozen=True, slots=True)
class Transcript:
    """The exchanges of one playing of one probe, in order of sending.

    attempt: 0 for the first playing, then 1, 2 … for confirmations.
    answers: the results of the script's `Ask` steps, in order.
    stopped_by: why the script could not go on; None when it was played to its end.
    case: the drawn value of a probe that was made by shrinking, and so is in no plan.
    """

    probe: str
    exchanges: tuple[Exchange, ...] = ()
    attempt: int = 0
    answers: tuple[object, ...] = field(default=())
    stopped_by: StopReason | None = None
    case: str | None = None

    def of_role(self, *roles: Role) -> tuple[Exchange, ...]:
        """The exchanges that were made for one of these reasons."""
        return tuple(item for item in self.exchanges if item.role in roles)

    @property
    def exercised(self) -> tuple[Exchange, ...]:
        """The exchanges in which the property was put to the test."""
        return tuple(item for item in self.exchanges if item.role.exercises)
