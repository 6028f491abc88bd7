"""Validates values against the schemas of an OpenAPI document, compiled and cached."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

from apicheck.model.json import Json, child_pointer, write_json
from apicheck.model.references import follow, reference_in
from apicheck.schemas.dialect import FORMATS, NEVER_SENT, Dialect
from apicheck.schemas.keywords import drop_senseless

__all__ = ["FORMATS", "WRITE_ONLY", "SchemaError", "find_schema_errors", "resolve_schema"]

WRITE_ONLY = "writeOnly"
"""Keyword of the error of a property that a response must not have."""

_KEPT_DOCUMENTS = 8
_MESSAGE_SHOWN = 240


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One way in which a value breaks a schema. pointer: into the value. keyword: of the schema."""

    pointer: str
    message: str
    keyword: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.message} at {self.pointer or 'the top'}"

    @property
    def place(self) -> str:
        """The pointer with `*` for indexes, so that it is the same for all elements of a list."""
        return re.sub(r"/\d+(?=/|$)", "/*", self.pointer)


def find_schema_errors(
    document: Mapping[str, Json], schema: Json, value: Json, *, limit: int = 5
) -> tuple[SchemaError, ...]:
    """How a value breaks a schema; () when it is valid.

    document: holds the targets of `$ref`s. schema: a schema, or None (any value is valid).
    At most `limit` errors. A schema that cannot be compiled is one error at "".
    """
    if schema is None or schema is True:
        return ()
    try:
        validator = _find_dialect(document).validator(write_json(schema))
        errors = []
        for error in validator.iter_errors(value):
            pointer = reduce(child_pointer, error.instance_path, "")
            keyword = next((k for k in reversed(error.schema_path) if isinstance(k, str)), "")
            keyword = WRITE_ONLY if keyword == NEVER_SENT else keyword
            errors.append(SchemaError(pointer, _shorten(str(error.message)), keyword))
            if len(errors) == limit:
                break
    except (ValueError, RecursionError) as problem:
        return (SchemaError("", f"cannot be validated: {problem}"),)
    return tuple(errors)


def resolve_schema(document: Mapping[str, Json], schema: Json) -> Json:
    """The schema at the end of its `$ref`s; {} where they lead nowhere or in a circle.

    Keywords that mean nothing are left out.
    """
    reference = reference_in(schema)
    if reference is None:
        return _resolve(document, schema)
    known = _find_dialect(document).resolved
    if reference not in known:
        known[reference] = _resolve(document, schema)
    return known[reference]


def _resolve(document: Mapping[str, Json], schema: Json) -> Json:
    found = follow(document, schema)
    return drop_senseless(found) if isinstance(found, Mapping) else found


def _shorten(message: str) -> str:
    """A message without its middle when it is long."""
    half = _MESSAGE_SHOWN // 2
    short = len(message) <= _MESSAGE_SHOWN
    return message if short else f"{message[:half]} … {message[-half:]}"


_dialects: dict[int, Dialect] = {}


def _find_dialect(document: Mapping[str, Json]) -> Dialect:
    """The translated schemas of a document. Keyed by identity: the entry keeps it alive."""
    found = _dialects.get(id(document))
    if found is None:
        while len(_dialects) >= _KEPT_DOCUMENTS:
            _dialects.pop(next(iter(_dialects)))
        found = _dialects[id(document)] = Dialect(document)
    return found
