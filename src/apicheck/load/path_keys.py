"""Reads the keys of `paths`: a template, and, where authors put them, a query and a fragment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl

from apicheck.model.exchange import Pairs
from apicheck.model.operation import Operation, Parameter

TEMPLATE = re.compile(r"\{([^{}]*)\}")


def split_key(key: str) -> tuple[str, Pairs, str]:
    """The path of a key, the pairs of its query, and both query and fragment as written."""
    path = re.split(r"[?#]", key, maxsplit=1)[0]
    suffix = key[len(path) :]
    query = suffix.partition("#")[0].removeprefix("?")
    return path, tuple(parse_qsl(query, keep_blank_values=True)), suffix


def place_in_query(
    query: Pairs, parameters: tuple[Parameter, ...]
) -> tuple[Pairs, tuple[Parameter, ...]]:
    """The pairs of a query that are fixed, and the parameters with those that it names.

    `?id={id}` is a parameter of the query, wherever the document says that it is.
    """
    named = {found[1]: name for name, value in query if (found := TEMPLATE.fullmatch(value))}
    fixed = tuple(pair for pair in query if not TEMPLATE.fullmatch(pair[1]))
    placed = tuple(
        replace(one, name=named[one.name], place="query", style="", explode=None)
        if one.place == "path" and one.name in named
        else one
        for one in parameters
    )
    return fixed, placed


def mark_twins(operations: Iterable[Operation]) -> Iterator[Operation]:
    """Name, for each operation with a fragment, another one that the same request is for.

    No request holds a fragment (RFC 9112 section 3.2.1), so that they cannot be told apart, unless
    a parameter does it that has one value alone in each.
    """
    listed = tuple(operations)
    alike: dict[object, list[Operation]] = {}
    for operation in listed:
        alike.setdefault(_identify(operation), []).append(operation)
    for operation in listed:
        others = [one for one in alike[_identify(operation)] if one is not operation]
        twin = others[0].id if others and "#" in operation.suffix else ""
        yield replace(operation, twin=twin) if twin else operation


def _identify(operation: Operation) -> object:
    told = {
        (one.place, one.name.lower(), value)
        for one in operation.parameters
        if (value := one.only_value) is not None
    }
    path = TEMPLATE.sub("{}", operation.path)
    return operation.method, path, frozenset(operation.query), frozenset(told)
