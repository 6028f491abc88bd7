"""What the readers of YAML and of JSON have in common: limits, and mistakes in words."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model.errors import ApicheckError, Mistake
from apicheck.model.json import Json, dotted, tokens

Node = Mapping[str, Json]
"""A mapping of a file that was read."""

MAX_DEPTH = 100
TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels"


def kind_of(value: Json) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        shown = value if len(value) <= 40 else value[:39] + "…"
        return f'the text "{shown}"'
    return "a mapping" if isinstance(value, Mapping) else "a list"


def failure(
    error: type[ApicheckError], file: str, line: int, message: str, hint: str = ""
) -> ApicheckError:
    """The error of a file that cannot be read, with one mistake."""
    return error(f"{file} cannot be read", (Mistake(file, line, "", message, hint),))


def double(file: str, pointer: str, first: int, line: int) -> Mistake:
    """The mistake of a key that stands in one mapping twice."""
    message = f'the key "{tokens(pointer)[-1]}" is here twice: lines {first} and {line}'
    return Mistake(file, line, dotted(pointer), message, "keep one of them")
