"""Read a list page by page, as far as its responses lead to the next page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from apicheck.authoring.fields import find_links
from apicheck.model.exchange import Exchange, Request
from apicheck.model.json import Json
from apicheck.model.received import is_text, split_url
from apicheck.model.step import Steps
from apicheck.model.subject import Need, Subject
from apicheck.requests.alter import Part, with_part
from apicheck.requests.steps import send
from apicheck.requests.values import read_value

__all__ = [
    "SIZES",
    "Need",
    "fetch_pages",
    "items_of",
    "objects_in",
    "read_value",
    "request_next",
    "values_of",
]

_PAGES = 20
_CURSORS = ("cursor", "after", "page_token", "pageToken", "next_token", "starting_after")
_NEXT = ("next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_token", "next")
SIZES = ("limit", "per_page", "perPage", "page_size", "pageSize", "size")


def fetch_pages(
    subject: Subject, request: Request, shows: Callable[[Exchange], bool]
) -> Steps[tuple[Exchange, ...]]:
    """Fetch the pages of a list: to one after the page that shows something, or to the end."""
    pages: list[Exchange] = []
    found_at = _PAGES
    following: Request | None = _request_large_pages(subject, request)
    while following is not None and len(pages) < min(_PAGES, found_at + 2):
        pages.append((yield from send(following)))
        if shows(pages[-1]):
            found_at = min(found_at, len(pages) - 1)
        following = request_next(subject, following, pages[-1])
    return tuple(pages)


def values_of(page: Exchange, key: str) -> frozenset[str]:
    """Every value that a response shows under a name, at any depth, as text."""
    found = (item[key] for item in objects_in(page.json_or()) if key in item)
    return frozenset(str(value) for value in found if not isinstance(value, dict | list))


def objects_in(value: Json) -> Iterator[Mapping[str, Json]]:
    """Every JSON object in a value, at any depth."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, Mapping):
            yield inner
            waiting.extend(inner.values())
        elif isinstance(inner, list):
            waiting.extend(inner)


def items_of(page: Exchange) -> tuple[Json, ...]:
    """The items of a list: the outermost array of objects; none where an array is empty.

    Without either, the outermost array of anything.
    """
    arrays = list(_find_arrays(page.json_or()))
    of_objects = (one for one in arrays if one and all(isinstance(x, Mapping) for x in one))
    empty = (one for one in arrays if not one)
    return tuple(next(of_objects, next(empty, arrays[0] if arrays else [])))


def _find_arrays(value: Json) -> Iterator[list[Json]]:
    """The arrays in a value, those further out first; not those inside another array."""
    level = [value]
    while level:
        yield from (inner for inner in level if isinstance(inner, list))
        level = [x for inner in level if isinstance(inner, Mapping) for x in inner.values()]


def _request_large_pages(subject: Subject, request: Request) -> Request:
    """Ask for pages as large as the document allows, and at most a hundred items."""
    for parameter in subject.op.parameters:
        if parameter.place == "query" and parameter.name in SIZES:
            most = parameter.schema.get("maximum") if isinstance(parameter.schema, dict) else None
            size = min(most, 100) if isinstance(most, int) else None
            if size:
                part = Part("query", parameter.name)
                return with_part(request, subject.op, part, json.dumps(size))
    return request


def request_next(subject: Subject, request: Request, page: Exchange) -> Request | None:
    """The request for the next page; None at the end, or where the response names none."""
    body = page.json_or()
    if not page.succeeded:
        return None
    for value in (*_read_links(page), *_read_next(body)):
        parts = split_url(value) if is_text(value) else None
        if parts is None:
            continue
        if parts.path.endswith(request.path) and parts.query:
            return replace(request, query=tuple(parse_qsl(parts.query, keep_blank_values=True)))
        for parameter in subject.op.parameters:
            if parameter.place == "query" and parameter.name in _CURSORS:
                return with_part(request, subject.op, Part("query", parameter.name), value)
    return None


def _read_next(body: Json) -> Iterator[str]:
    """The URLs or cursors that the body names as next, at its top or one level below (`links`)."""
    holders = [body, *body.values()] if isinstance(body, Mapping) else []
    for holder in holders:
        if isinstance(holder, Mapping):
            yield from (str(holder[name]) for name in _NEXT if holder.get(name))


def _read_links(page: Exchange) -> Iterator[str]:
    lines = page.response.header_values("link") if page.response else ()
    found = find_links(", ".join(lines))
    yield from (link.target for link in found if "next" in link.relations)
