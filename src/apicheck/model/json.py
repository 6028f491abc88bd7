"""JSON values, and pointers into them (RFC 6901)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from apicheck.model.received import parse_count

Json = Any
"""A JSON value: None, bool, int, float, str, or a list or mapping of them.

`Any` on purpose: a recursive union costs a cast at every step and finds no mistake here,
because every value of this kind was validated against a schema, or is hostile and is tested.
"""

MISSING: Any = type("Missing", (), {"__repr__": lambda _: "MISSING", "__bool__": lambda _: False})()
"""What `at` returns where the document has no value; None is a value."""


def describe_value(value: Json) -> str:
    """A value in one line, as a policy has it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def parse_json(text: str | bytes, otherwise: Json = None) -> Json:
    """A JSON text as a value; `otherwise` where it is none, or nested too deeply to be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return otherwise


def refuse_constant(name: str) -> Json:
    """A `parse_constant` for what Python reads and JSON does not have: NaN, Infinity."""
    raise ValueError(f"{name} is not JSON")


def write_json(value: Json) -> bytes:
    """A value as JSON; with integers of any size, as documents bound numbers with 2^64 and more."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()


def key_of(value: Json) -> str:
    """A value as text that differs where the value does: true is not 1."""
    return json.dumps(value, sort_keys=True)


def members_of(value: Json) -> Mapping[str, Json]:
    """The members of an object; none of any other value."""
    return value if isinstance(value, Mapping) else {}


def is_number(value: Json) -> bool:
    """Whether a value is a number: true and false are none, other than in Python."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def child_pointer(pointer: str, key: str | int) -> str:
    """The pointer of a member."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def tokens(pointer: str) -> list[str]:
    """The keys that a pointer goes through."""
    keys = pointer.split("/")[1:]
    return [key.replace("~1", "/").replace("~0", "~") for key in keys] if "~" in pointer else keys


def dotted(pointer: str) -> str:
    """A pointer as people write it: `facts.rate_limits.per`."""
    return ".".join(tokens(pointer))


def at(document: Json, pointer: str) -> Json:
    """The value a JSON Pointer points to, or MISSING. "" is the whole document."""
    if pointer == "":
        return document
    value = document
    for key in tokens(f"/{pointer.removeprefix('/')}"):
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            index = parse_count(key)
            if index is None or index >= len(value):
                return MISSING
            value = value[index]
        else:
            return MISSING
    return value


def with_value(document: Json, pointer: str, value: Json) -> Json:
    """A copy of a document with a value at a JSON Pointer; missing objects on the way are made.

    The document itself stays as it is. A list is entered where it has such an element, otherwise
    an object takes its place.
    """
    head, _, rest = pointer.strip("/").partition("/")
    if not head:
        return value
    (key,) = tokens(f"/{head}")
    index = parse_count(key)
    if isinstance(document, list) and index is not None and index < len(document):
        return [*document[:index], with_value(document[index], rest, value), *document[index + 1 :]]
    inner = dict(document) if isinstance(document, Mapping) else {}
    return {**inner, key: with_value(inner.get(key), rest, value)}


def contains(actual: Json, expected: Json) -> bool:
    """Whether every member that `expected` names is in `actual` with that value, deeply.

    Lists are compared element by element, each as a subset; other values must be equal.
    """
    if isinstance(expected, Mapping):
        return isinstance(actual, Mapping) and all(
            key in actual and contains(actual[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(expected)
            and all(contains(a, e) for a, e in zip(actual, expected, strict=True))
        )
    return type(actual) is type(expected) and bool(actual == expected)
