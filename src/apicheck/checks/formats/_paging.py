"""What a list's requests and pages have in common, by the policy's `formats.paging`."""

from __future__ import annotations

from collections.abc import Container

from apicheck.authoring import (
    Exchange,
    Json,
    Operation,
    Part,
    Request,
    RunContext,
    Subject,
    alter,
    listing,
    schemas,
)
from apicheck.authoring.facts import Paging

_NUMBERS = ("page", "page_number", "pageNumber")
_OFFSETS = ("offset", "skip", "start")
_LEAST, _MOST = 1, 100
_INDEXED = "offset"


def find_size(paging: Paging, operation: Operation) -> str:
    """The parameter with the size of a page; "" where the operation has none."""
    return _find_parameter(operation, paging.size, listing.SIZES)


def _find_parameter(operation: Operation, named: str, usual: Container[str]) -> str:
    known = [p.name for p in operation.parameters if p.place == "query"]
    return next((n for n in known if (n == named if named else n in usual)), "")


def is_paged(context: RunContext, paging: Paging, operation: Operation) -> bool:
    """Whether an operation is a list for which pages are promised."""
    selected = operation.method == "GET" and context.selects(paging.ops, operation)
    return selected and bool(find_size(paging, operation))


def find_bounds(subject: Subject, paging: Paging) -> tuple[int, int]:
    """The smallest and the largest size of a page: of the policy, or the document; at most 100."""
    name = find_size(paging, subject.op)
    schema: Json = next((p.schema for p in subject.op.parameters if p.name == name), {})
    flat = schemas.resolve_schema(subject.context.spec.document, schema)
    least, most = (flat.get("minimum"), flat.get("maximum")) if isinstance(flat, dict) else (1, 1)
    least = least if isinstance(least, int) else _LEAST
    most = paging.max or (most if isinstance(most, int) else None) or least
    return max(_LEAST, least), min(most, _MOST)


def with_size(subject: Subject, paging: Paging, request: Request, size: int) -> Request:
    """The request for a page of this many items."""
    part = Part("query", find_size(paging, subject.op))
    return alter.with_part(request, subject.op, part, str(size))


def request_following(
    subject: Subject, paging: Paging, request: Request, page: Exchange
) -> Request | None:
    """The request for the page after this one; None where the response says that it is the last.

    By what the response names as next; in a list without links by the number of the page, or by
    the number of the items before it, until a page is empty.
    """
    following = listing.request_next(subject, request, page)
    if following is not None or paging.links or paging.style not in ("page", _INDEXED):
        return following
    indexed = paging.style == _INDEXED
    name = _find_parameter(subject.op, paging.page, _OFFSETS if indexed else _NUMBERS)
    items = len(identify(page))
    if not name or not items:
        return None
    first = 0 if indexed else _find_first(subject, name)
    now = next((int(v) for n, v in request.query if n == name and v.isdigit()), first)
    later = now + (items if indexed else 1)
    return alter.with_part(request, subject.op, Part("query", name), str(later))


def _find_first(subject: Subject, name: str) -> int:
    """The number of the first page: as the document has it, else 1."""
    schema: Json = next((p.schema for p in subject.op.parameters if p.name == name), {})
    flat = schemas.resolve_schema(subject.context.spec.document, schema)
    stated = (flat.get("default"), flat.get("minimum")) if isinstance(flat, dict) else ()
    return next((number for number in stated if isinstance(number, int)), 1)


def identify(page: Exchange) -> tuple[str, ...]:
    """What each item of a page is told apart by: its id, or all that it says.

    A page that is refused has none: some servers say 404 beyond the last one.
    """
    if not page.succeeded:
        return ()
    return tuple(
        str(item.get("id", item)) if isinstance(item, dict) else str(item)
        for item in listing.items_of(page)
    )
