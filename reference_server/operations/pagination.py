"""The numbers, links and cursor of a page of a list (`formats.paging` of the policy)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from apicheck.model.json import Json, at
from reference_server.call import Call
from reference_server.document.schemas import put


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


def with_page_links(call: Call, value: Json, page: Page) -> Json:
    """A body with the numbers, links and cursor of its page, as far as its example has them."""
    paging = call.server.profile.facts.formats.get("paging")
    places = paging if isinstance(paging, Mapping) else {}
    for key, members in (("meta", _make_numbers(page)), ("links", _make_links(call, page))):
        place = places.get(key)
        shown = at(value, place) if isinstance(place, str) else None
        if isinstance(shown, Mapping):
            true = {name: member for name, member in members.items() if name in shown}
            value = put(value, str(place), {**shown, **true})
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
