"""How many things a list says there are, against how many it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apicheck.authoring import Exchange, listing

_TOTALS = re.compile(
    r"(x)?total(count|number|items|elements|records|results|rows|hits|entries)?"
    r"|(count|item|record|result)s?total|numfound"
)
_PAGES = re.compile(r"(x)?(total)?pages?(count|total)|(x)?totalpages?|lastpage|numpages")
_BESIDE = re.compile(r"meta(data)?|pag(e|ing|ination)(info)?|links|info|response|results?|data")
"""Members that may hold the numbers of a list. Others may have totals of their own: of prices."""
_RANGE = re.compile(r"[a-z]+ [0-9]+-[0-9]+/([0-9]{1,9})", re.IGNORECASE)
_COUNT = re.compile(r"[0-9]{1,9}")


def find_excess(page: Exchange, longer: Exchange) -> str:
    """What a list says of things that it does not show, as it is written; "" for nothing.

    longer: the same request of another caller, whose list shows more. So the page is not full, and
    what it shows is all that there is.
    """
    shown = len(listing.items_of(page))
    if not page.succeeded or not longer.succeeded or shown >= len(listing.items_of(longer)):
        return ""
    for name, number in _list_numbers(page):
        if _TOTALS.fullmatch(_plain(name)) and number > shown:
            return f"{name}: {number} beside {shown}"
        if _PAGES.fullmatch(_plain(name)) and number > 1:
            return f"{name}: {number}, where {shown} fill no page"
    return ""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _list_numbers(page: Exchange) -> Iterator[tuple[str, int]]:
    """The numbers beside the items: in the body, what it says of the page, and the head."""
    members = page.members
    beside = (value for name, value in members.items() if _BESIDE.fullmatch(_plain(name)))
    for holder in (members, *beside):
        for name, value in holder.items() if isinstance(holder, Mapping) else ():
            if isinstance(value, int) and not isinstance(value, bool):
                yield name, value
    for name, text in page.received.headers:
        if _COUNT.fullmatch(text):
            yield name, int(text)
        elif name.lower() == "content-range" and (number := _read_whole(text)) is not None:
            yield "Total", number


def _read_whole(text: str) -> int | None:
    """How many there are, of `Content-Range: items 0-9/42` (RFC 9110, section 14.4)."""
    found = _RANGE.fullmatch(text)
    return int(found[1]) if found else None
