"""A page has no more items than were asked for, or than the policy promises."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    applying,
    folds,
    listing,
)
from apicheck.authoring.facts import Paging
from apicheck.checks.formats import _paging

_FACT = "formats.paging"


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge every page whose size is known: by the request, or as the default of the policy."""
    paging, name = context.facts.formats.paging, exchange.request.operation
    if paging is None or not name or not exchange.succeeded or exchange.received.truncated:
        return
    if not _paging.is_paged(context, paging, context.spec.operation(name)):
        return
    most, why = _find_most(context, paging, exchange)
    if most is None:
        return
    items = len(listing.items_of(exchange))
    if items <= most:
        yield _FACT, None
    else:
        expected = f"at most {most} items, {why}"
        yield _FACT, Failure("too-many", expected, f"{items} items", why, exchange.id)


def _find_most(context: RunContext, paging: Paging, exchange: Exchange) -> tuple[int | None, str]:
    """How many items the page may have, and why; None where the request says what is no size."""
    name = _paging.find_size(paging, context.spec.operation(exchange.request.operation))
    asked = [value for key, value in exchange.request.query if key == name]
    if not asked:
        return paging.default or paging.max, "by default" if paging.default else "in any page"
    if len(asked) > 1 or not asked[0].isascii() or not asked[0].isdigit() or int(asked[0]) < 1:
        return None, ""
    size = int(asked[0])
    if paging.max and size > paging.max:
        return paging.max, "in any page"
    return size, "as asked for"


CHECK = Check(
    title="A page has no more items than requested and promised",
    failure_title="A page has more items than requested or promised",
    applies=applying.applies_where(
        lambda facts: facts.formats.paging, "the policy promises no pages"
    ),
    fold=folds.per_exchange(inspect),
    triggered_by=("formats/pages",),
    reads=(_FACT,),
    outcomes=(Outcome("too-many", Severity.MEDIUM),),
    proven_by={"too-many": ("formats/ignores-the-page-size",)},
)
