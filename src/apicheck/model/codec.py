"""Dataclasses of this package to JSON values and back, by their type hints.

Only what the model is made of is understood: dataclasses, enums, tuples, mappings, frozen sets,
bytes (as text where they are UTF-8), unions with None, and JSON scalars.
"""

from __future__ import annotations

import base64
import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum, IntEnum
from functools import cache, lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from apicheck.model.json import Json

T = TypeVar("T")

Prepare = Callable[[Any, Json], Json]

_SCALARS = frozenset({str, int, float, bool, type(None)})


def to_json(value: object, *, whole: bool = False) -> Json:
    """A JSON value that `from_json` turns back.

    Fields at their default are left out, unless `whole`: then every field is there. Fields that
    do not take part in comparisons (secrets) are always left out. An IntEnum (a severity)
    becomes its name in lower case, so that it is not read as a number.
    """
    kind: Any = type(value)
    if kind in _SCALARS:  # as most values are
        return value
    fields = _compared_fields(kind)
    if fields is not None:
        members = ((field, getattr(value, field.name)) for field in fields)
        return {
            field.name: item if type(item) in _SCALARS else to_json(item, whole=whole)
            for field, item in members
            if whole or not _is_default(field, item)
        }
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_json(item, whole=whole) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(to_json(item, whole=whole) for item in value)
    if isinstance(value, tuple | list):
        return [to_json(item, whole=whole) for item in value]
    if isinstance(value, bytes):
        return _bytes_to_json(value)
    return value


@cache
def _compared_fields(kind: type) -> tuple[dataclasses.Field[Any], ...] | None:
    """The fields of a dataclass that take part in comparisons; None for any other type."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple(field for field in dataclasses.fields(kind) if field.compare)


def _is_default(field: dataclasses.Field[Any], value: object) -> bool:
    if field.default is not dataclasses.MISSING:
        return bool(value == field.default)
    if field.default_factory is not dataclasses.MISSING:
        return bool(value == field.default_factory())
    return False


def _bytes_to_json(value: bytes) -> Json:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


def _as_written(_: Any, value: Json) -> Json:
    return value


def from_json(kind: type[T], value: Json, *, prepare: Prepare = _as_written) -> T:
    """The dataclass that a JSON value stands for. Raises ValueError when it stands for none.

    prepare: called with each type (`tuple` for `tuple[str, ...]`) and the value to read it from;
    returns the value to read instead.
    """
    try:
        result = _decode(kind, value, prepare)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a {getattr(kind, '__name__', kind)}: {error}") from error
    return typing.cast("T", result)


def _decode(kind: Any, value: Json, prepare: Prepare) -> Any:
    origin = get_origin(kind)
    arguments = get_args(kind)
    if origin in (Union, types.UnionType):
        return _decode_union(arguments, value, prepare)
    value = prepare(origin or kind, value)
    if origin is tuple:
        return _decode_tuple(arguments, value, prepare)
    if origin is frozenset:
        return frozenset(_decode(arguments[0], item, prepare) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _decode(arguments[1], item, prepare) for key, item in value.items()}
    if isinstance(kind, type):
        return _decode_class(kind, value, prepare)
    return value


def _decode_class(kind: type, value: Json, prepare: Prepare) -> Any:
    if kind is bytes:
        return base64.b64decode(value["base64"]) if isinstance(value, dict) else value.encode()
    if issubclass(kind, IntEnum):
        return kind[str(value).upper()]
    if issubclass(kind, Enum):
        return kind(value)
    if kind is str and not isinstance(value, str):
        raise TypeError(f"expected text, got {value!r}")
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _decode(hints[name], item, prepare) for name, item in value.items()})
    return float(value) if kind is float else value


def _decode_union(options: tuple[Any, ...], value: Json, prepare: Prepare) -> Any:
    if value is None and type(None) in options:
        return None
    inner = [option for option in options if option is not type(None)]
    if len(inner) == 1:
        return _decode(inner[0], value, prepare)
    for option in inner:
        try:
            return _decode(option, value, prepare)
        except (TypeError, ValueError, KeyError, AttributeError):
            continue
    raise ValueError(f"{value!r} is none of {options}")


def _decode_tuple(arguments: tuple[Any, ...], value: Json, prepare: Prepare) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"expected a list, got {value!r}")
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(_decode(arguments[0], item, prepare) for item in value)
    return tuple(_decode(kind, item, prepare) for kind, item in zip(arguments, value, strict=True))


@lru_cache(maxsize=256)
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)
