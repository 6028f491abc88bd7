"""JSON values, and pointers into them (RFC 6901)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = Any
"""A JSON value: None, bool, int, float, str, or a list or mapping of them.

`Any` on purpose: a recursive union costs a cast at every step and finds no mistake here,
because every value of this kind was validated against a schema, or is hostile and is tested.
"""

MISSING: Any = type("Missing", (), {"__repr__": lambda _: "MISSING", "__bool__": lambda _: False})()
"""What `at` returns where there is nothing; None is a value."""


def at(document: Json, pointer: str) -> Json:
    """The value a JSON Pointer points to, or MISSING. "" is the whole document."""
    if pointer == "":
        return document
    value = document
    for token in pointer.removeprefix("/").split("/"):
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif isinstance(value, Sequence) and not isinstance(value, str) and key.isdigit():
            if int(key) >= len(value):
                return MISSING
            value = value[int(key)]
        else:
            return MISSING
    return value


def with_value(document: Json, pointer: str, value: Json) -> Json:
    """A document with one value put where a JSON Pointer leads; objects on the way are made.

    The document itself stays as it is. Lists are not entered: an object takes their place.
    """
    if not pointer.strip("/"):
        return value
    token, _, rest = pointer.strip("/").partition("/")
    inner = dict(document) if isinstance(document, Mapping) else {}
    inner[token] = with_value(inner.get(token), rest, value)
    return inner


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
