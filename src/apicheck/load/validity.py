"""Verifies that a document is valid OpenAPI; the digests of valid documents are cached."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from jsonschema.exceptions import ValidationError

from apicheck.load.mistakes import Mistakes
from apicheck.load.source import Source
from apicheck.model.json import child_pointer

_MOST = 20

_remembered: dict[str, tuple[tuple[str, str], ...]] = {}


def verify(source: Source, mistakes: Mistakes) -> None:
    """Adds the errors of openapi-spec-validator, at most 20."""
    if source.digest not in _remembered:
        known_valid = _cache_file(source.digest)
        _remembered[source.digest] = () if known_valid.is_file() else _find_errors(source)
        if not _remembered[source.digest]:
            with suppress(OSError):  # a cache that cannot be written is no mistake of the user
                known_valid.parent.mkdir(parents=True, exist_ok=True)
                known_valid.touch()
    for pointer, message in _remembered[source.digest]:
        mistakes.add(pointer, message)


def _cache_file(digest: str) -> Path:
    """The cache file, empty, of a document in which this version found no error."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("HOME", "") + "/.cache"
    name = f"valid-{version('openapi-spec-validator')}-{digest}"
    return Path(home) / "apicheck" / name


@lru_cache(maxsize=1)
def _load_validators() -> tuple[type, type]:
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    return OpenAPIV30SpecValidator, OpenAPIV31SpecValidator


def _find_errors(source: Source) -> tuple[tuple[str, str], ...]:
    from openapi_spec_validator.validation.exceptions import DuplicateOperationIDError

    v30, v31 = _load_validators()
    validator = v30 if str(source.value["openapi"]).startswith("3.0") else v31
    found: list[tuple[str, str]] = []
    try:
        for error in islice(validator(source.value).iter_errors(), _MOST):
            if isinstance(error, DuplicateOperationIDError):
                continue  # said by the reader, with both lines
            closest = _find_closest(error)
            pointer = ""
            for token in closest.absolute_path:
                pointer = child_pointer(pointer, token)
            message = str(closest.message).partition("\n")[0]
            found.append((pointer, f"is not valid OpenAPI: {_shorten(message)}"))
    except Exception as problem:  # noqa: BLE001  (it raises whatever an invalid document trips it with)
        if not found:
            found.append(("", f"is not valid OpenAPI: {type(problem).__name__}: {problem}"))
    return tuple(found)


def _find_closest(error: ValidationError) -> ValidationError:
    """Among failed alternatives, the error that is deepest in the document."""
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return error


def _shorten(message: str) -> str:
    return message if len(message) <= 200 else message[:199] + "…"
