"""Finds where a document is not valid, by the schemas that the OpenAPI Initiative publishes.

They come from openapi-spec-validator, and jsonschema-rs holds them: the validator there takes
minutes for a document of 13 MB.

What it finds stops no run: the reader decides what of a document can be used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache, reduce
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs

from apicheck.load.mistakes import Mistakes
from apicheck.load.references import Problem
from apicheck.load.walk import unit_of
from apicheck.model.json import Json, child_pointer

VERSIONS = ("3.0", "3.1", "3.2")

_MOST = 100
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BREAKS = re.compile(r'is not of (type|types) .*"(object|array)"|^"(name|in)" is a required')
_HARMLESS = re.compile(
    r"^/(?!paths/|components/)|^/paths/x-|/(schema|schemas|examples|links|callbacks|servers|x-[^/]*"
    r"|externalDocs|tags|security|securitySchemes)(/|$)"
)
"""Places at which no operation becomes unreadable."""
_NO_REFERENCE = '"$ref" is a required property'


def verify(document: Mapping[str, Json], mistakes: Mistakes, version: str) -> dict[str, Problem]:
    """Adds the errors of a document, at most 100.

    Returns the operations and components that cannot be read, by `unit_of`: they have a list in
    place of an object, or a parameter without a name.
    """
    validator = _load_validator(version)
    errors = [one for error in validator.iter_errors(document) for one in _find_closest(error)]
    places = [reduce(child_pointer, error.instance_path, "") for error in errors]
    deepest = _drop_consequences(list(zip(errors, places, strict=True)))
    broken: dict[str, Problem] = {}
    for number, (error, pointer) in enumerate(deepest):
        message = f"is not valid OpenAPI: {error.message}"
        if number < _MOST:
            mistakes.add(pointer, message)
        if _BREAKS.search(error.message) and not _HARMLESS.search(pointer):
            broken.setdefault(unit_of(pointer), Problem(message, pointer))
    return broken


def _drop_consequences(errors: list[tuple[Any, str]]) -> Iterator[tuple[Any, str]]:
    """The errors without those of members that are unknown only since something in them is wrong.

    What holds a wrong member fails with it: then it is said of the member alone.
    """
    around = {pointer[:end] for _, pointer in errors for end in _ends(pointer)}
    for error, pointer in errors:
        if not (error.kind.name == "unevaluatedProperties" and pointer in around):
            yield error, pointer


def _ends(pointer: str) -> Iterator[int]:
    """Where the pointers of what is around a place end, in its pointer."""
    return (match.start() for match in re.finditer("/", pointer))


@lru_cache(maxsize=4)
def _load_validator(version: str) -> Any:
    """The validator of a version, which leaves patterns alone.

    In its messages `this` stands for the invalid value, which may be long.
    """
    text = (_find_schemas() / f"v{version}/schema.json").read_text("utf-8")
    schema = json.loads(text.replace('"$dynamicRef": "#meta"', f'"$ref": "{_DIALECT}"'))
    return jsonschema_rs.validator_for(schema, validate_formats=False, mask="this", offline=True)


def _find_schemas() -> Path:
    """Find the published schemas without an import, which would load an HTTP client and more."""
    package = find_spec("openapi_spec_validator")
    assert package is not None  # installed with apicheck
    assert package.origin is not None
    return Path(package.origin).parent / "resources/schemas"


def _find_closest(error: Any) -> Iterator[Any]:
    """The error itself; where alternatives failed, the errors of the one that failed deepest.

    An object without `$ref` was not meant to be a reference, which is often an alternative.
    """
    alternatives = getattr(error.kind, "context", None)
    if not alternatives:
        yield error
        return
    opened = [[inner for one in errors for inner in _find_closest(one)] for errors in alternatives]

    def rank(errors: list[Any]) -> tuple[bool, int, int]:
        meant = not any(one.message == _NO_REFERENCE for one in errors)
        return (meant, max((len(one.instance_path) for one in errors), default=0), -len(errors))

    best = max(opened, key=rank)
    yield from best or [error]
