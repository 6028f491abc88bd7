"""Verifies the `$ref`s of an OpenAPI document: each is local and leads to an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.load.mistakes import Mistakes, did_you_mean
from apicheck.model.json import MISSING, Json, at, child_pointer, tokens
from apicheck.model.references import locate, pointer_of, reference_in

_DATA = frozenset({"example", "default", "const", "enum"})
"""Members whose values are data: a "$ref" in them is a key like any other."""
_NAMED = frozenset(
    {
        *("paths", "pathItems", "webhooks", "callbacks", "responses", "parameters", "headers"),
        *("examples", "requestBodies", "securitySchemes", "links", "content", "encoding"),
        *("schemas", "properties", "patternProperties", "dependentSchemas", "$defs"),
        *("definitions", "variables", "mapping"),
    }
)
"""Members whose keys are names that the author chose."""


def verify(document: Mapping[str, Json], mistakes: Mistakes) -> None:
    """Adds a mistake for every reference that is remote, broken or circular."""
    for pointer, reference in _walk_references(document, "", names=False):
        if not reference.startswith("#"):
            remote = "://" in reference or reference.startswith("//")
            what = "remote" if remote else "to another file"
            message = f'the $ref "{reference}" is {what}: it is not followed'
            mistakes.add(pointer, message, "bundle the document into one file first")
        elif at(document, pointer_of(reference)) is MISSING:
            message = f'the $ref "{reference}" points to nothing'
            mistakes.add(pointer, message, _suggest_closest(document, pointer_of(reference)))
        elif _is_circular(document, reference):
            message = f'the $ref "{reference}" leads back to itself'
            mistakes.add(pointer, message, "a reference must end at a value that is not one")


def _walk_references(value: Json, pointer: str, *, names: bool) -> Iterator[tuple[str, str]]:
    """Pointers and texts of references. names: the keys of this mapping are free names."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk_references(item, child_pointer(pointer, index), names=False)
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        place = child_pointer(pointer, key)
        if key == "$ref" and isinstance(inner, str) and not names:
            yield place, inner
        elif names or (key not in _DATA and not (key == "value" and "/examples/" in pointer)):
            yield from _walk_references(inner, place, names=not names and key in _NAMED)


def _is_circular(document: Mapping[str, Json], reference: str) -> bool:
    end, _ = locate(document, {"$ref": reference})
    return (reference_in(end) or "").startswith("#")


def _suggest_closest(document: Mapping[str, Json], pointer: str) -> str:
    around, _, _ = pointer.rpartition("/")
    siblings = at(document, around)
    if not isinstance(siblings, Mapping) or not tokens(pointer):
        return ""
    return did_you_mean(tokens(pointer)[-1], siblings)
