"""The facts of a policy: what is promised, typed.

Every promise has three states: a value; `Never` (promised absent); None (silent: nothing is
asserted). Maps keep the policy's order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from apicheck.model.json import Json


class Never(Enum):
    """Promised absent. A one-member enumeration, so that type checkers can tell it from None."""

    NEVER = "never"


NEVER = Never.NEVER


@dataclass(frozen=True, slots=True)
class StatusSet:
    """Status codes as written: "401", "4xx". Contains ints; falsy when it names none."""

    patterns: tuple[str, ...] = ()

    def __contains__(self, status: object) -> bool:
        text = str(status)
        return any(p == text or (p[1:] == "xx" and p[0] == text[:1]) for p in self.patterns)

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def __str__(self) -> str:
        return " or ".join(self.patterns)

    @property
    def exact(self) -> tuple[int, ...]:
        """The patterns that name one status, in the policy's order."""
        return tuple(int(p) for p in self.patterns if p.isdigit())


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector of operations, as written: a union of its items.

    An item is an operationId, "GET /path/*", "/path/**", "tag:x", "scope:x", a named set, "*",
    or a built-in set (secured, public, deprecated, reads, writes).
    """

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """What is promised of one response header, beyond its presence.

    equals: the value; pattern: a regular expression that matches the whole value; format:
    one of uuid, uri, http-date, integer, date-time, resolves; unique: no two answers share a
    value; echo: name of the request header whose value comes back; optional: it may be absent.
    """

    equals: str | None = None
    pattern: str | None = None
    format: str | None = None
    unique: bool = False
    echo: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a WWW-Authenticate field must say (RFC 9110 section 11.6.1, RFC 6750 section 3).

    error: the value of the `error` parameter; NEVER: it must not be there. parameters: names
    that must be there (realm, scope). scheme: compared without case; "" is any.
    """

    scheme: str
    error: str | Never | None = None
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A promised answer. `schema` is a component's name or an inline schema."""

    statuses: StatusSet
    challenge: Challenge | Never | None = None
    headers: Mapping[str, HeaderRule] = field(default_factory=dict)
    media: str | None = None
    schema: Json = None
    error: Json = None


@dataclass(frozen=True, slots=True)
class When:
    """To which answers a promise applies. None: to all.

    caller: "anonymous", "bad", "authenticated".
    """

    statuses: StatusSet | None = None
    except_: StatusSet | None = None
    ops: Selector | None = None
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class Authentication:
    """`authentication`: how the target refuses bad credentials. Scheme and place: the document."""

    anonymous: Answer | None = None
    bad: Answer | None = None
    prefix: str | None = None
    states: Mapping[str, Answer] = field(default_factory=dict)
    credential_in: tuple[str, ...] = ()
    revoked_within_s: float | None = None
    lifetime_s: float | None = None
    security: Mapping[str, Selector] = field(default_factory=dict)
    """Over the document: scheme name, or "none" -> operations."""
    unknown_paths: Answer | None = None
    never: StatusSet | None = None
    anonymous_may: Selector | None = None


@dataclass(frozen=True, slots=True)
class Foreign:
    """What is answered for an object of somebody else. answer None: as for an absent one."""

    answer: Answer | None
    ops: Selector | None = None


@dataclass(frozen=True, slots=True)
class Tenant:
    """A path parameter that names the tenant; its value comes from the identity."""

    parameter: str
    unknown: Answer | None = None
    foreign: Answer | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """`authorization`. needs: "all" (every listed scope or word) or "exact"."""

    refusal: Answer | None = None
    scopes: Mapping[str, Selector] = field(default_factory=dict)
    needs: str = "all"
    permissions: Mapping[str, Selector] = field(default_factory=dict)
    foreign: Mapping[str, Foreign] = field(default_factory=dict)
    """Whose object ("tenant", "user", "app") -> the answer."""
    tenants: tuple[Tenant, ...] = ()
    absent: Answer | None = None
    hidden: Selector | None = None


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """`responses.<rule>`: what every answer in `when` promises.

    absent: globs of header names that must not be there. equal: JSON Pointer into the body ->
    "status" or "header:<name>", which must say the same.
    """

    when: When
    headers: Mapping[str, HeaderRule] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    media: str | None = None
    schema: Json = None
    equal: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RateHeaders:
    """Names of the rate-limit fields; None: not promised.

    reset_unit: "epoch-seconds", "epoch-milliseconds", "seconds" (left) or "http-date".
    """

    limit: str | None = None
    remaining: str | None = None
    reset: str | None = None
    reset_unit: str = "epoch-seconds"
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """`rate_limits.buckets.<id>`, with what it inherits from `rate_limits` filled in.

    limit: requests a window; None: known only by plan. ops None: every secured operation that
    no more specific bucket takes. burst: most requests at once (default: the limit).
    """

    name: str
    limit: int | None
    window_s: float
    ops: Selector | None = None
    per: str = "token"
    burst: int | None = None
    also: tuple[str, ...] = ()
    """Buckets that a request of this one counts in too."""


@dataclass(frozen=True, slots=True)
class RateLimits:
    """`rate_limits`. per: token, user, account, key or ip.

    algorithm: fixed, aligned, sliding-log, sliding-counter, bucket; None: any honest one.
    counts: statuses that cost a request; None: not said. over: refuse, bill or slow.
    retry_after: "seconds", "http-date", "any"; NEVER; None. retry_after_only: statuses that alone
    may carry Retry-After.
    """

    buckets: Mapping[str, Bucket]
    per: str = "token"
    algorithm: str | None = None
    counts: StatusSet | None = None
    counts_refused: bool | None = None
    headers: RateHeaders | None = None
    headers_when: When | None = None
    refusal: Answer | None = None
    retry_after: str | Never | None = None
    retry_after_only: StatusSet | None = None
    over: str = "refuse"
    plans: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    before_credential: bool = False
    """Requests are counted and refused before their credential is looked at."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """`versioning.deprecations[]`: operations that are going away.

    since, sunset: ISO dates or date-times, UTC; "" when not said. successor: operation that
    takes over, "" when none. headers: fields of the provider's own that announce it.
    """

    ops: Selector
    since: str = ""
    sunset: str = ""
    successor: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    """Relation type (`successor-version`, `deprecation`, `sunset`) -> URL, "" for any."""
    headers: Mapping[str, HeaderRule] = field(default_factory=dict)
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Versioning:
    """`versioning`. standard: "rfc9745" (default) or "own" (only `headers` are asserted)."""

    deprecations: tuple[Deprecation, ...] = ()
    place: str | None = None
    versions: Mapping[str, Json] = field(default_factory=dict)
    unknown: Answer | None = None
    promises: Mapping[str, Json] = field(default_factory=dict)
    others: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """How a partner subscribes to webhooks by the API itself; pointers into the bodies.

    url, events: in the request that creates one; secret, id: in its answer.
    """

    create: str
    delete: str = ""
    read: str = ""
    list: str = ""
    rotate: str = ""
    url: str = "/url"
    events: str = "/events"
    secret: str = "/secret"
    id: str = "/id"
    limit: int | None = None
    per: str | None = None
    over_limit: Answer | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """`webhooks.signature`: a named scheme, or the parts of one.

    scheme: "standard-webhooks", "stripe", "github", "slack", "md5-query", "hmac" …
    options: header, value, algorithm, encoding, signed, timestamp, parameter …, as written.
    """

    scheme: str
    options: Mapping[str, str] = field(default_factory=dict)
    tolerance_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """`webhooks.delivery`. acknowledged: statuses that count as received."""

    acknowledged: StatusSet | None = None
    timeout_s: float | None = None
    within_s: float | None = None
    retries_s: tuple[float, ...] = ()
    redirects: str | None = None
    ends_on: StatusSet | None = None
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """`webhooks.events.<name>`. cause: operation that makes it happen, "" when none is known."""

    name: str
    cause: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Webhooks:
    """`webhooks`. subscriptions None: set up outside the API (a dashboard)."""

    events: Mapping[str, Event]
    subscriptions: Subscriptions | None = None
    signature: Signature | Never | None = None
    delivery: Delivery = field(default_factory=Delivery)
    payload: Mapping[str, Json] = field(default_factory=dict)
    id: Mapping[str, str] = field(default_factory=dict)
    """Where a delivery's id is: {"header": name} or {"pointer": pointer}."""
    targets: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OAuth:
    """`oauth`: operations of the authorization server, "" when not offered."""

    token: str = ""
    authorize: str = ""
    revoke: str = ""
    lifetime_s: float | None = None
    others: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a policy promises. The last three sections are validated and not yet typed."""

    operations: Mapping[str, Selector] = field(default_factory=dict)
    order: tuple[tuple[str, ...], ...] = ()
    """Stages of the server's order of checks; stages in one tuple come in any order."""
    authentication: Authentication = field(default_factory=Authentication)
    authorization: Authorization = field(default_factory=Authorization)
    oauth: OAuth | None = None
    requests: Mapping[str, Answer | str] = field(default_factory=dict)
    """Kind of bad request (unknown_path, method, media, syntax, schema …) -> answer, "ignored"."""
    body_limit_bytes: int | None = None
    """Bodies longer than this get the answer `requests.too_large` (its `over`)."""
    responses: Mapping[str, ResponseRule] = field(default_factory=dict)
    rate_limits: RateLimits | None = None
    versioning: Versioning | None = None
    webhooks: Webhooks | Never | None = None
    transport: Mapping[str, Json] = field(default_factory=dict)
    formats: Mapping[str, Json] = field(default_factory=dict)
    client: Mapping[str, Json] = field(default_factory=dict)
