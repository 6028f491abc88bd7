"""Where a response usually has the id of its object, for documents without a link that says so.

This is a convention, not a promise: a request with such an id counts only when the target accepts
it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from apicheck.model.exchange import Exchange
from apicheck.model.json import Json
from apicheck.model.received import is_text, split_url
from apicheck.requests.nouns import plain, singulars, words_of

GENERIC = ("id", "_id", "uuid", "guid", "pk", "key")
_OF_THE_SERVER = ("id", "uuid", "guid", "pk")
"""Members that a server sets itself, whatever a client sends in them."""
_NAMING = ("name", "slug", "code", "handle")
_WRAPPER = re.compile(
    r"data|results?|response|payload|body|contents?|items?|records?|values?|entry|entries|rows|list"
    r"|objects?|resources?|hits|embedded|edges|nodes?|attributes"
)
_BESIDE = re.compile(
    r"meta|metadata|links|pagination|paging|pageinfo|page|info|status|errors?|counts?|total"
)
"""Members that stand beside the objects of a response, and hold none."""
_ADDRESSES = ("self", "href", "url", "uri", "location", "id")
_DEPTH = 4
_TOO_LARGE = 2**64


def collection_of(path: str, parameter: str) -> str | None:
    """The path before a parameter, without a final slash: `/things/{id}/parts`, `id`: `/things`.

    None where the parameter is not a whole segment, or follows another parameter or nothing.
    """
    before, found, after = path.partition(f"/{{{parameter}}}")
    whole = found and before and (not after or after.startswith("/"))
    return before if whole and not before.endswith("}") else None


def identifier_of(exchange: Exchange, parameter: str, collection: str) -> str | None:
    """The id in a response; None for no id.

    It is in the body. Of a GET it may also be the first name in a list of names; else the end of
    Location, or what the client chose itself in the body of its request.
    parameter: the path parameter that takes it. collection: the path of the operation.
    """
    response = exchange.response
    if response is None:
        return None
    collection = collection.rstrip("/")
    body = exchange.json_or()
    found = _find_in_body(body, parameter, collection)
    if exchange.request.method == "GET":
        return found or _find_listed(body, collection)
    at_end = _find_in_address(response.header("Location") or "", collection)
    return found or at_end or _find_in_request(exchange, parameter, collection)


def _find_in_body(body: Json, parameter: str, collection: str) -> str | None:
    """Find a member named like the parameter, its last word, or a usual name for an id.

    It is at the top, in the first item of a list, or in a few wrappers; else the last segment of
    the object's own address.
    """
    holders = list(_find_holders(body, collection, _DEPTH))
    for name in _names(parameter, collection):
        for holder in holders:
            for member, value in holder.items():
                if plain(member) == name and _is_identifier(value):
                    in_address = _find_in_address(str(value), collection)
                    return in_address or str(value)
    for holder in holders:
        if address := _find_own_address(holder, collection):
            return address
    return None


def _find_listed(body: Json, collection: str) -> str | None:
    """Find the first name in a list of names, or in an object that has its objects by name."""
    own = {plain(collection.rpartition("/")[2]), *singulars(collection.rpartition("/")[2])}
    for _ in range(_DEPTH):
        if isinstance(body, list):
            first = body[0] if body else None
            return str(first) if _is_identifier(first) else None
        if not isinstance(body, Mapping):
            return None
        inner = [v for n, v in body.items() if plain(n) in own or _WRAPPER.fullmatch(plain(n))]
        if len(inner) != 1:
            break
        body = inner[0]
    things = {n: value for n, value in body.items() if not _is_beside(n) and plain(n) not in own}
    by_name = bool(things) and all(isinstance(value, Mapping) for value in things.values())
    first = next(iter(things), None)
    return first if by_name and len(things) == len(body) and _is_identifier(first) else None


def _find_in_address(address: str, collection: str) -> str | None:
    """Find the last segment of an address, where the collection's own comes before it."""
    if "/" not in address:
        return None
    parts = split_url(address) if is_text(address) else None
    segments = [unquote(part) for part in parts.path.split("/") if part] if parts else []
    last = collection.rpartition("/")[2]
    if len(segments) < 2 or segments[-2] != last:
        return None
    return segments[-1]


def _find_own_address(holder: Mapping[str, Json], collection: str) -> str | None:
    links = [value for name, value in holder.items() if plain(name) == "links"]
    for members in (holder, *(value for value in links if isinstance(value, Mapping))):
        for name, value in members.items():
            if plain(name) in _ADDRESSES:
                inner = value.get("href") if isinstance(value, Mapping) else value
                if isinstance(inner, str) and (found := _find_in_address(inner, collection)):
                    return found
    return None


def _find_in_request(exchange: Exchange, parameter: str, collection: str) -> str | None:
    """Find what the client named the object by, in the body of an accepted request."""
    try:
        sent = json.loads(exchange.request.body or b"null")
    except ValueError:
        return None
    if not isinstance(sent, Mapping):
        return None
    last = words_of(parameter)[-1:]
    names = [plain(parameter), *last]
    if last and last[0] in singulars(collection.rpartition("/")[2]):
        names += _NAMING
    for name in names:
        for member, value in sent.items():
            if name not in _OF_THE_SERVER and plain(member) == name and _is_identifier(value):
                return str(value)
    return None


def _names(parameter: str, collection: str) -> Iterator[str]:
    """Members that may hold a parameter's value, the likeliest first, all in plain letters."""
    yield plain(parameter)
    words = words_of(parameter)
    last = words[-1] if words else ""
    ones = singulars(collection.rpartition("/")[2])
    if len(words) > 1 and last not in ones:
        yield last
    generic = [plain(name) for name in GENERIC]
    if last in generic or last in ones or plain(parameter) in ones:
        yield from generic
        yield from (one + name for one in ones for name in generic)
    if last in ones or plain(parameter) in ones:
        yield from _NAMING


def _find_holders(body: Json, collection: str, depth: int) -> Iterator[Mapping[str, Json]]:
    """The objects that may be the requested one: the body, and what it wraps."""
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, Mapping) or depth == 0:
        return
    yield first
    own = collection.rpartition("/")[2]
    known = {plain(own), *singulars(own)}
    inner = {
        name: value
        for name, value in first.items()
        if isinstance(value, Mapping | list) and not _is_beside(name)
    }
    wrapped = [
        value
        for name, value in inner.items()
        if plain(name) in known or _WRAPPER.fullmatch(plain(name))
    ]
    if not wrapped and len(inner) == 1 and not _is_thing(first):
        wrapped = list(inner.values())
    for value in wrapped:
        yield from _find_holders(value, collection, depth - 1)


def _is_beside(member: str) -> bool:
    return _BESIDE.fullmatch(plain(member)) is not None


def _is_thing(holder: Mapping[str, Json]) -> bool:
    """Whether an object has an id of its own, so that what it holds is something else."""
    generic = {plain(name) for name in GENERIC}
    return any(plain(name) in generic for name in holder)


def _is_identifier(value: Json) -> bool:
    if isinstance(value, str):
        return value != "" and is_text(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _TOO_LARGE
