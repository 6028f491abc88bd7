"""How values, lists and repetitions look: what is promised across operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.facts.responses import ExpectedResponse, Selector


@dataclass(frozen=True, slots=True)
class Dates:
    """`formats.dates`. form: as `model.date_forms` reads it.

    members: names that have a date wherever they stand in a response; () for those that the
    document describes with `format: date-time`. example: one of the source's own, for the reader.
    """

    form: str
    members: tuple[str, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class Paging:
    """`formats.paging`: lists come in pages.

    style: "page" (numbers, from 1), "offset" or "cursor". page, size: the parameters; "" where the
    document has a usual name for it. default, max: items of a page. links, meta: "header" for the
    Link field, or pointers to the links and to the numbers in the body.
    """

    style: str = ""
    page: str = ""
    size: str = ""
    default: int | None = None
    max: int | None = None
    links: str = ""
    meta: str = ""
    ops: Selector | None = None


@dataclass(frozen=True, slots=True)
class Negotiation:
    """`formats.negotiation`: which parameter chooses the format of a response.

    values: of the parameter -> media type. default: the value that a request without it has.
    errors: the value whose format all errors have; "" where nothing is promised.
    """

    parameter: str
    values: Mapping[str, str]
    default: str = ""
    errors: str = ""
    ops: Selector | None = None


@dataclass(frozen=True, slots=True)
class Idempotency:
    """`formats.idempotency`: a request that comes again with the same key is taken once.

    header: the field with the key. ttl_s: seconds for which a key is remembered. changed: the
    response to the same key with another body.
    """

    header: str
    ttl_s: float | None = None
    changed: ExpectedResponse | None = None
    ops: Selector | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """`formats.since`: a list leaves out what was not changed after a moment.

    parameter: has the moment. member: of the listed objects, when they were last changed.
    """

    parameter: str
    member: str
    ops: Selector | None = None


@dataclass(frozen=True, slots=True)
class Embed:
    """`formats.embed`: a parameter that adds members to what is read.

    adds: the values that it takes, each the name of the member.
    """

    parameter: str
    adds: tuple[str, ...]
    ops: Selector | None = None


@dataclass(frozen=True, slots=True)
class Formats:
    """All of `formats`; None, or nothing, where a part is not promised."""

    dates: Dates | None = None
    paging: Paging | None = None
    negotiation: Negotiation | None = None
    idempotency: Idempotency | None = None
    since: Since | None = None
    deleted: Mapping[str, str] = field(default_factory=dict)
    """Operation that lists what was deleted -> the operation that deletes it."""
    embed: Embed | None = None
