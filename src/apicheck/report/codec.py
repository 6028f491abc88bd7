"""Dataclasses of the model to plain JSON values, and back by their type hints."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from enum import Enum, IntEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from apicheck.model.json import Json

T = TypeVar("T")


def plain(value: object) -> Json:
    """A value of the model as JSON: fields by name, enumerations by their word.

    An IntEnum (a severity) becomes its name in lower case, so that nobody reads it as a number.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def typed(kind: type[T], value: Json) -> T:
    """The value of a type that `plain` made this JSON of.

    Raises KeyError, TypeError or ValueError where the JSON is no such value.
    """
    result: T = _typed(kind, value)
    return result


def _typed(kind: Any, value: Json) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _typed(_without_none(kind), value)
    if origin is tuple:
        arguments = get_args(kind)
        if len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004  (tuple[T, ...])
            return tuple(_typed(arguments[0], item) for item in value)
        return tuple(_typed(k, item) for k, item in zip(arguments, value, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        _, item_kind = get_args(kind)
        return {key: _typed(item_kind, item) for key, item in value.items()}
    if not isinstance(kind, type):
        return value
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _typed(hints[name], item) for name, item in value.items()})
    if issubclass(kind, IntEnum):
        return kind[str(value).upper()]
    return kind(value) if issubclass(kind, Enum) else value


def _without_none(kind: Any) -> Any:
    return next(argument for argument in get_args(kind) if argument is not type(None))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
