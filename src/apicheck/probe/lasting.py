"""Finds what a run made that nothing says how to delete, so that it is named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from apicheck.model.exchange import Exchange
from apicheck.model.json import Json, members_of, parse_json
from apicheck.model.operation import Operation
from apicheck.model.plan import Plan
from apicheck.requests.identifiers import GENERIC, collection_of, identifier_of
from apicheck.requests.nouns import plain

_CREATED = 201


@dataclass(frozen=True, slots=True)
class Lasting:
    """An object that nothing says how to delete.

    by: what created it. names: values of its request and response. name: its own, "" where a status
    of 201 alone tells of it. certain: it was not there before the run.
    """

    by: str
    names: frozenset[str]
    name: str = ""
    certain: bool = True


def find_lasting(plan: Plan, exchange: Exchange, marks: Collection[str]) -> Lasting | None:
    """The object that an accepted request created, None where it seems to have created none.

    201 says so (RFC 9110 section 15.3.2). After another status the object needs a name, and the
    document a place for such objects. Where the request itself named it, and the name is not of the
    run's own making (marks), it may have been there before.
    """
    request = exchange.request
    by = request.operation or f"{request.method} {request.path}"
    names = _names_of(exchange)
    if exchange.status == _CREATED:
        return Lasting(by, names)
    try:
        operation = plan.spec.operation(request.operation)
    except KeyError:
        return None
    name = _find_name(plan, operation, exchange, marks)
    if not name:
        return None
    given = name in _values_of(request.body)
    return Lasting(by, names | {name}, name, certain=not given or _is_own(name, marks))


def describe_lasting(lasting: Collection[Lasting]) -> Iterator[str]:
    """Say what is left, in words: how many objects by each operation."""
    kinds = Counter((one.by, one.certain) for one in lasting)
    for (by, certain), count in sorted(kinds.items()):
        if certain:
            yield f"{count} created by {by}, and no link of the document says how to delete it"
        else:
            yield f"{count} named by requests of {by}: created by them, unless it was there before"


def _find_name(plan: Plan, operation: Operation, exchange: Exchange, marks: Collection[str]) -> str:
    """The name of the object that an accepted request with another status than 201 made.

    What PUT made is at its path, and may have been there before, unless the run made the name up.
    """
    request, path = exchange.request, operation.path.rstrip("/")
    own = (value for value in sorted(_values_of(request.body)) if _is_own(value, marks))
    if request.method == "PUT" and path.endswith("}"):
        name = unquote(request.path.rstrip("/").rpartition("/")[2])
        return name if _is_own(name, marks) else ""
    if request.method != "POST" or path.endswith("}"):
        return ""
    for other in (one for one in plan.spec.operations if one.path.endswith("}")):
        parameter = (re.findall(r"\{([^}]*)\}", other.path) or [""])[-1]
        if collection_of(other.path, parameter) == path:
            found = identifier_of(exchange, parameter, path) or _find_own_id(exchange.json_or(None))
            return found or next(own, "")
    listed = any(one.method == "GET" and one.path == operation.path for one in plan.spec.operations)
    return _find_own_id(exchange.json_or(None)) if listed else ""


def _is_own(name: str, marks: Collection[str]) -> bool:
    return any(mark in name for mark in marks)


def _find_own_id(body: Json) -> str:
    """The id of an object that is the whole body: what a search found stands in a list."""
    members = members_of(body)
    generic = {plain(name) for name in GENERIC}
    found = (value for name, value in members.items() if plain(name) in generic)
    return next((str(one) for one in found if _is_name(one)), "")


def _names_of(exchange: Exchange) -> frozenset[str]:
    """The texts and numbers in request and response that may be the name of the object."""
    response = exchange.received
    addresses = (exchange.request.path, response.header("Location") or "")
    found = {unquote(one.rstrip("/").rpartition("/")[2]) for one in addresses}
    return frozenset(found | _values_of(exchange.request.body) | _values_of(response.body)) - {""}


def _values_of(body: bytes | None) -> frozenset[str]:
    """The texts and numbers at the top of a JSON object."""
    values = members_of(parse_json(body or b"")).values()
    return frozenset(str(one) for one in values if _is_name(one))


def _is_name(value: Json) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
