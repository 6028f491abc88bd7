"""Whether a document is valid OpenAPI, by openapi-spec-validator; remembered by digest."""

from __future__ import annotations

from functools import lru_cache

from jsonschema.exceptions import ValidationError

from apicheck.load.mistakes import Mistakes
from apicheck.load.source import Source, child

_MOST = 20

_remembered: dict[str, tuple[tuple[str, str], ...]] = {}


def verify(source: Source, mistakes: Mistakes) -> None:
    """Adds what the validator says, at most 20 mistakes."""
    if source.digest not in _remembered:
        _remembered[source.digest] = _errors(source)
    for pointer, message in _remembered[source.digest]:
        mistakes.add(pointer, message)


@lru_cache(maxsize=1)
def _validators() -> tuple[type, type]:
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    return OpenAPIV30SpecValidator, OpenAPIV31SpecValidator


def _errors(source: Source) -> tuple[tuple[str, str], ...]:
    from openapi_spec_validator.validation.exceptions import DuplicateOperationIDError

    v30, v31 = _validators()
    validator = v30 if str(source.value["openapi"]).startswith("3.0") else v31
    found: list[tuple[str, str]] = []
    for error in validator(source.value).iter_errors():
        if isinstance(error, DuplicateOperationIDError):
            continue  # said by the reader, with both lines
        closest = _closest(error)
        pointer = ""
        for token in closest.absolute_path:
            pointer = child(pointer, token)
        message = str(closest.message).partition("\n")[0]
        found.append((pointer, f"is not valid OpenAPI: {_short(message)}"))
        if len(found) == _MOST:
            break
    return tuple(found)


def _closest(error: ValidationError) -> ValidationError:
    """Of alternatives that all failed, the one that got furthest into the document."""
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return error


def _short(message: str) -> str:
    return message if len(message) <= 200 else message[:199] + "…"
