"""`$ref` in an OpenAPI document: references to other places of the same document."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from apicheck.model.json import MISSING, Json, at


def pointer_of(reference: str) -> str:
    """The JSON Pointer of a local reference."""
    return unquote(reference.removeprefix("#"))


def reference_in(value: Json) -> str | None:
    """The `$ref` of a value that is a reference; None when it is something else."""
    reference = value.get("$ref") if isinstance(value, Mapping) else None
    return reference if isinstance(reference, str) else None


def locate(document: Json, value: Json, pointer: str = "") -> tuple[Json, str]:
    """The value at the end of its references, and its place.

    MISSING at the end of a broken reference. A reference that leaves the document, or leads in
    a circle, ends at itself. pointer: the place of the value.
    """
    passed = set()
    while (reference := reference_in(value)) is not None:
        if reference in passed or not reference.startswith("#"):
            break
        passed.add(reference)
        pointer = pointer_of(reference)
        value = at(document, pointer)
    return value, pointer


def follow(document: Json, value: Json) -> Json:
    """The value at the end of its references; {} where they end at none."""
    if isinstance(value, dict) and "$ref" not in value:  # as most schemas
        return value
    found, _ = locate(document, value)
    return {} if found is MISSING or reference_in(found) is not None else found
