"""What a policy promises of a response, and of which responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from apicheck.model.json import Json


class Never(Enum):
    """Promised absent. A one-member enumeration, so that type checkers tell it from None."""

    NEVER = "never"


NEVER = Never.NEVER


@dataclass(frozen=True, slots=True)
class StatusSet:
    """Status codes as written: "401", "4xx". Contains ints; falsy when it names none."""

    patterns: tuple[str, ...] = ()

    def __contains__(self, status: object) -> bool:
        return status in _list_statuses(self.patterns)

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def __str__(self) -> str:
        return " or ".join(self.patterns)

    @property
    def exact(self) -> tuple[int, ...]:
        """The patterns that name one status, in the policy's order."""
        return tuple(int(p) for p in self.patterns if p.isdigit())


@lru_cache(maxsize=256)
def _list_statuses(patterns: tuple[str, ...]) -> frozenset[int]:
    """List the statuses that patterns name, once: a run asks for every response."""
    classes = {int(p[0]) * 100 for p in patterns if p[1:] == "xx"}
    exact = (int(p) for p in patterns if p.isdigit())
    return frozenset((*exact, *(first + more for first in classes for more in range(100))))


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector of operations, as written: a union of its items.

    An item is an operationId, "GET /path/*", "/path/**", "tag:x", "scope:x", a named set, "*",
    or a built-in set (secured, public, deprecated, reads, writes).
    """

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directive:
    """What is promised of one directive of a list such as Cache-Control (RFC 9111 section 5.2).

    never: it must not be there. at_least_s, at_most_s: of its value, in seconds.
    """

    never: bool = False
    at_least_s: float | None = None
    at_most_s: float | None = None


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """What is promised of one response header, beyond its presence.

    equals: the value; pattern: a regular expression that matches the whole value; format:
    one of uuid, uri, http-date, integer, date-time, resolves; unique: no two responses share a
    value; echo: name of the request header whose value comes back; optional: it may be absent;
    within_s: a date that is no further from the present; directives: of a list, by name in
    lower case.
    """

    equals: str | None = None
    pattern: str | None = None
    format: str | None = None
    unique: bool = False
    echo: str | None = None
    optional: bool = False
    within_s: float | None = None
    directives: Mapping[str, Directive] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a WWW-Authenticate field must say (RFC 9110 section 11.6.1, RFC 6750 section 3).

    error: the value of the `error` parameter; NEVER: it must not be there. parameters: names
    that must be there (realm, scope). scheme: compared without case; "" is any.
    """

    scheme: str = ""
    error: Never | str | None = None
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedResponse:
    """A promised response. `schema` is a component's name or an inline schema.

    ops: the operations that it is promised of, where that is not all (`requests`, `absent`).
    """

    statuses: StatusSet = StatusSet()
    challenge: Never | Challenge | None = None
    headers: Mapping[str, HeaderRule] = field(default_factory=dict)
    media: str | None = None
    schema: Json = None
    error: Json = None
    ops: Selector | None = None


@dataclass(frozen=True, slots=True)
class When:
    """Which responses a promise applies to. None: all.

    caller: "anonymous", "bad", "authenticated".
    """

    statuses: StatusSet | None = None
    except_: StatusSet | None = None
    ops: Selector | None = None
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """`responses.<rule>`: what every response in `when` promises.

    absent: globs of header names that must not be there. equal: JSON Pointer into the body ->
    "status" or "header:<name>", which must say the same.
    """

    when: When = When()
    headers: Mapping[str, HeaderRule] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    media: str | None = None
    schema: Json = None
    equal: Mapping[str, str] = field(default_factory=dict)
