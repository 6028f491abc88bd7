"""Finds patterns that are none, and defaults and examples that their own schema does not allow.

No response is judged by them, so they are remarks. Only what a schema says of plain values is
looked at: its type, its list of values, a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson

from apicheck.load.mistakes import Mistakes
from apicheck.load.patterns import compile_ecma
from apicheck.model.json import Json, child_pointer, write_json

_READ = ("type", "enum")
_FORMATS = ("date", "date-time")


def verify(schemas: Iterable[tuple[Mapping[str, Json], str]], mistakes: Mistakes) -> None:
    """Adds a mistake for each pattern that is none, and each value that does not fit its schema."""
    for schema, pointer in schemas:
        for pattern, place in _find_patterns(schema, pointer):
            if compile_ecma(pattern) is None:
                message = f'"{pattern}" is no regular expression of ECMA-262: any text fits'
                mistakes.add(place, message)
        rules = {key: schema[key] for key in _READ if key in schema}
        if schema.get("format") in _FORMATS:
            rules["format"] = schema["format"]
        validator = _compile(write_json(rules))
        for key in ("default", "example"):
            value = schema.get(key)
            if value is None or validator is None:
                continue
            error = next(validator.iter_errors(value), None)
            if error is not None:
                message = f"the {key} does not fit its schema: {error.message}"
                mistakes.add(child_pointer(pointer, key), message)


def _find_patterns(schema: Mapping[str, Json], pointer: str) -> Iterator[tuple[str, str]]:
    """The patterns of a schema, and their places."""
    pattern, named = schema.get("pattern"), schema.get("patternProperties")
    if isinstance(pattern, str):
        yield pattern, child_pointer(pointer, "pattern")
    for name in named if isinstance(named, Mapping) else ():
        yield name, child_pointer(child_pointer(pointer, "patternProperties"), name)


@lru_cache(maxsize=1024)
def _compile(rules: bytes) -> Any:
    """The validator of a schema; None for a schema that is none."""
    try:
        return jsonschema_rs.Draft202012Validator(
            orjson.loads(rules), validate_formats=True, offline=True
        )
    except ValueError:
        return None
