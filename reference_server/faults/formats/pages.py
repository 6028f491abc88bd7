"""Pages that do not join, have no end, or are larger than they may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call, Reply
from reference_server.faults.fault import fault
from reference_server.operations.pagination import Page, link_pages, select_items
from reference_server.state.store import Stored

SelectItems = Callable[[Call, list[Stored], Page], list[Stored]]
LinkPages = Callable[[Call, Reply, Page], None]

_PAGED = ("formats.paging",)


@fault(select_items, needs=_PAGED)
def pages_overlap(honest: SelectItems, call: Call, items: list[Stored], page: Page) -> list[Stored]:
    """A page begins with the last item of the page before."""
    return honest(call, items, replace(page, start=max(0, page.start - 1)))


@fault(select_items, needs=_PAGED)
def pages_leave_gaps(
    honest: SelectItems, call: Call, items: list[Stored], page: Page
) -> list[Stored]:
    """Every page but the first leaves out its first item."""
    return honest(call, items, replace(page, start=page.start + 1) if page.start else page)


@fault(select_items, needs=_PAGED)
def ignores_the_page_size(
    honest: SelectItems, call: Call, items: list[Stored], page: Page
) -> list[Stored]:
    """A page has one item more than were asked for."""
    return honest(call, items, replace(page, size=page.size + 1))


@fault(link_pages, needs=_PAGED)
def first_page_is_the_last(honest: LinkPages, call: Call, reply: Reply, page: Page) -> None:
    """No page leads to a next one."""
    honest(call, reply, replace(page, total=page.start + 1))


@fault(link_pages, needs=_PAGED)
def last_page_leads_on(honest: LinkPages, call: Call, reply: Reply, page: Page) -> None:
    """Every page leads to a next one, also the last and those beyond it."""
    honest(call, reply, replace(page, total=page.start + 2 * page.size))
