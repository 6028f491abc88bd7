"""Where a response usually has the id of its object, for documents without a link that says so.

This is a convention, not a promise: a request with such an id counts only when the target accepts
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from apicheck.model.exchange import Exchange
from apicheck.model.json import Json

_GENERIC = ("id", "_id", "uuid", "pk", "key")
_WRAPPERS = ("data", "result", "results", "item", "items", "content", "records", "value", "entries")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def collection_of(path: str, parameter: str) -> str | None:
    """The path before a parameter that is a whole segment, without a final slash; else None.

    `/things/{id}/parts` and `id` give `/things`.
    """
    before, found, after = path.partition(f"/{{{parameter}}}")
    whole = found and before and (not after or after.startswith("/"))
    return before if whole and not before.endswith("}") else None


def identifier_of(exchange: Exchange, parameter: str, collection: str) -> str | None:
    """The id in a response: in its body, else at the end of its Location; None for no id.

    parameter: the path parameter that takes it. collection: the path of the operation.
    """
    response = exchange.response
    if response is None:
        return None
    found = _find_in_body(exchange.json_or(), parameter, collection.rstrip("/"))
    return found or _find_in_location(response.header("Location") or "", collection.rstrip("/"))


def _find_in_body(body: Json, parameter: str, collection: str) -> str | None:
    """Find a member named like the parameter, its last word, or a usual name for an id.

    It is at the top, in the first item of a list, or in one wrapper.
    """
    holders = list(_holders(body, collection))
    for name in _names(parameter, collection):
        for holder in holders:
            for member, value in holder.items():
                if _plain(member) == name and _is_identifier(value):
                    return str(value)
    return None


def _find_in_location(location: str, collection: str) -> str | None:
    """Find the segment after the collection's own."""
    segments = [unquote(part) for part in urlsplit(location).path.split("/") if part]
    last = collection.rpartition("/")[2]
    if len(segments) < 2 or segments[-2] != last:
        return None
    return segments[-1]


def _names(parameter: str, collection: str) -> Iterator[str]:
    """Members that may hold a parameter's value, the likeliest first, all in plain letters."""
    yield _plain(parameter)
    words = [word.lower() for word in _WORD.findall(parameter)]
    last = words[-1] if words else ""
    singular = _singular(collection)
    if len(words) > 1 and last != singular:
        yield last
    if last in ("id", "uuid", "pk", "key") or last == singular:
        yield from (_plain(name) for name in _GENERIC)


def _holders(body: Json, collection: str) -> Iterator[Mapping[str, Json]]:
    """The objects that may be the requested one: the body, and what it wraps."""
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, Mapping):
        return
    yield first
    if first is not body:
        return
    known = (*_WRAPPERS, _singular(collection), _plain(collection.rpartition("/")[2]))
    inner = {name: value for name, value in first.items() if isinstance(value, Mapping | list)}
    wrapped = [value for name, value in inner.items() if _plain(name) in known]
    if not wrapped and len(inner) == 1:
        wrapped = list(inner.values())
    for value in wrapped:
        item = value[0] if isinstance(value, list) and value else value
        if isinstance(item, Mapping):
            yield item


def _is_identifier(value: Json) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _singular(collection: str) -> str:
    """The name of one thing of a collection, as far as English plurals are regular."""
    name = _plain(collection.rpartition("/")[2])
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name.removesuffix("s")


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
