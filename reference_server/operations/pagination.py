"""The numbers, links and cursor of a page of a list (`formats.paging` of the policy)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from apicheck.model.json import Json, at
from reference_server.call import Call, Reply
from reference_server.document.schemas import put
from reference_server.seam import seam
from reference_server.state.store import Stored

_DEFAULT_PAGE = 20
_SIZES = ("limit", "per_page", "perPage", "page_size", "pageSize", "size")
_CURSORS = ("cursor", "after", "page_token")
_PAGING = ("page", *_SIZES, *_CURSORS)
"""Parameters that show that a list comes in pages; without one it comes whole."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: `size` of `total` items at most, from `start` on."""

    start: int
    size: int
    total: int

    @property
    def number(self) -> int:
        """Counted from 1."""
        return self.start // max(1, self.size) + 1

    @property
    def last(self) -> int:
        """The number of the last page; the first when there is nothing."""
        return max(1, math.ceil(self.total / max(1, self.size)))


def find_page(call: Call, total: int) -> Page:
    """The page that a call asks for, of a list with so many items."""
    query = dict(call.query)
    asked = (int(query[n]) for n in _SIZES if query.get(n, "").isdigit())
    size = next(asked, _find_default_size(call))
    size = max(1, min(size, call.server.variant.page_size or size))
    start = next((int(query[n]) for n in _CURSORS if query.get(n, "").isdigit()), 0)
    if query.get("page", "").isdigit():
        start = (int(query["page"]) - 1) * size
    if not any(p.name in _PAGING for p in call.op_rules.operation.parameters):
        start, size = 0, total
    return Page(start, size, total)


def _find_default_size(call: Call) -> int:
    """The number of items of a page for which the request has no number."""
    schemas = call.server.profile.schemas
    sizes = (p.schema for p in call.op_rules.operation.parameters if p.name in _SIZES)
    stated = (schemas.resolved(schema).get("default") for schema in sizes)
    return next((int(size) for size in stated if isinstance(size, int)), _DEFAULT_PAGE)


@seam
def select_items(call: Call, items: list[Stored], page: Page) -> list[Stored]:
    """The items of a page, out of all of the list."""
    del call
    return items[page.start : page.start + page.size]


@seam
def link_pages(call: Call, reply: Reply, page: Page) -> None:
    """Add what leads from a page to the others: as its example has it, and the Link field."""
    paging = call.server.profile.facts.formats.paging
    reply.value = _fill_in(call, reply.value, page)
    if paging and paging.links == "header":
        known = _make_links(call, page).items()
        links = ", ".join(f'<{url}>; rel="{name}"' for name, url in known if url)
        reply.headers.append(("Link", links))


def _fill_in(call: Call, value: Json, page: Page) -> Json:
    """A body with the numbers, links and cursor of its page, as far as its example has them."""
    paging = call.server.profile.facts.formats.paging
    places = (paging.meta, paging.links) if paging else ("", "")
    for place, members in zip(places, (_make_numbers(page), _make_links(call, page)), strict=True):
        shown = at(value, place) if place.startswith("/") else None
        if isinstance(shown, Mapping):
            true = {name: member for name, member in members.items() if name in shown}
            value = put(value, place, {**shown, **true})
    if isinstance(value, Mapping) and "next_cursor" in value:
        following = page.start + page.size
        value = put(value, "/next_cursor", str(following) if following < page.total else None)
    return value


def _make_numbers(page: Page) -> dict[str, Json]:
    return {
        "current_page": page.number,
        "last_page": page.last,
        "per_page": page.size,
        "total": page.total,
    }


def _make_links(call: Call, page: Page) -> dict[str, Json]:
    kept = [(name, value) for name, value in call.query if name != "page"]

    def link(number: int) -> str | None:
        query = urlencode([*kept, ("page", str(number))])
        return f"{call.path}?{query}" if 1 <= number <= page.last else None

    return {
        "first": link(1),
        "last": link(page.last),
        "prev": link(page.number - 1),
        "next": link(page.number + 1),
    }
