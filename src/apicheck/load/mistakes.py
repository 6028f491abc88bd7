"""Turns the errors of a schema into mistakes that a person can act on."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from apicheck.load.moves import Moves
from apicheck.load.reading import kind_of
from apicheck.load.source import Source
from apicheck.model.errors import ApicheckError, Mistake
from apicheck.model.json import Json, child_pointer, dotted, tokens

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_SCHEMAS = Path(__file__).parent / "schemas"
_MOMENT = "date-or-moment"
_FEW = 12
_ROUNDS = 20
_WORDS = {
    "string": "text",
    "object": "a mapping",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}

Place = tuple[str, int]
"""File and line."""

FactMistake = tuple[str, str, str]
"""A contradiction between facts: pointer below them, message and suggestion."""


@dataclass(slots=True)
class Mistakes:
    """Collects the mistakes of several files. `place` returns the file and line of a pointer.

    moves: where parts were written that are now elsewhere.
    """

    place: Callable[[str], Place]
    written: Mapping[str, str] = field(default_factory=dict)
    found: list[Mistake] = field(default_factory=list)
    moves: Moves = field(default_factory=Moves)
    _added: set[Mistake] = field(default_factory=set)

    def add(self, pointer: str, message: str, suggestion: str = "") -> None:
        """Adds a mistake, unless the same one is there already."""
        file, line = self.place(pointer)
        path = dotted(self.moves.find_written(pointer))
        mistake = Mistake(file, line, path, message, suggestion)
        if mistake not in self._added:
            self._added.add(mistake)
            self.found.append(mistake)

    def unknown(self, pointer: str, what: str, name: str, known: Collection[str]) -> None:
        """Adds a mistake for a name that is not defined."""
        self.add(pointer, f'unknown {what} "{name}"', did_you_mean(name, known))

    def against(self, schema: str, value: Json, under: str = "", part: str = "") -> None:
        """Adds each way in which a value breaks a published schema (or a `$defs` part of it)."""
        for error in _find_errors(schema, part, value):
            for pointer, message, hint in _explain(error, self.written, under):
                self.add(pointer, message, hint)

    def raise_found(self, error: type[ApicheckError], file: str) -> None:
        """Raises `error` for a file that has mistakes."""
        if self.found:
            raise error(f"{file} cannot be used", self.ordered)

    @property
    def ordered(self) -> tuple[Mistake, ...]:
        """The mistakes by file and line."""
        return tuple(sorted(self.found, key=lambda m: (m.file, m.line, m.path)))


def collect_mistakes(source: Source) -> Mistakes:
    """A collector for one file."""
    return Mistakes(lambda pointer: (source.file, source.line(pointer)), source.written)


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A suggestion: the closest known name, or all of them when they are few; "" for none."""
    folded = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{folded[close[0]]}"?'
    if 0 < len(known) <= _FEW:
        return "known: " + ", ".join(sorted(known))
    return ""


def resembles(name: str, known: Collection[str]) -> bool:
    """Whether a name is most likely a known one with a mistake in it.

    One that continues a known name with a mark is a name of its own: `read:groups!group=one`.
    """
    if any(name.startswith(one) and not name[len(one)].isalnum() for one in known if one != name):
        return False
    folded = [one.lower() for one in known]
    return bool(difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.75))


def schema(name: str) -> Mapping[str, Json]:
    """A published JSON Schema: "policy", "target" or "baseline"."""
    document: Mapping[str, Json] = json.loads((_SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return document


def _find_errors(name: str, part: str, value: Json) -> list[ValidationError]:
    """The errors of a value. Most files have none, which the quicker of two validators sees."""
    try:
        if _quick_validator(name, part).is_valid(value):
            return []
    except ValueError:  # a type that JSON has not, such as a date of TOML
        pass
    return list(validator(name, part).iter_errors(value))


@lru_cache(maxsize=8)
def _quick_validator(name: str, part: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        _schema_of(name, part), validate_formats=True, formats={_MOMENT: _is_date_or_moment}
    )


@lru_cache(maxsize=8)
def validator(name: str, part: str = "") -> Draft202012Validator:
    """The compiled validator of a published schema, or of one of its `$defs`.

    Its import takes long, and few files have an error that it has to explain.
    """
    from jsonschema import Draft202012Validator, FormatChecker

    formats = FormatChecker(formats=())
    formats.checks(_MOMENT)(_is_date_or_moment)
    return Draft202012Validator(_schema_of(name, part), format_checker=formats)


def _schema_of(name: str, part: str) -> dict[str, Json]:
    """A published schema, or one of its `$defs`."""
    document = dict(schema(name))
    if not part:
        return document
    return {"$defs": document["$defs"], "$ref": f"#/$defs/{part}"}


def _is_date_or_moment(value: object) -> bool:
    try:
        return not isinstance(value, str) or bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def drop_invalid(name: str, value: Json, part: str = "") -> Json:
    """A value without the parts that break a published schema; {} when no part is left.

    Readers use it to find further mistakes in a file that has one.
    """
    for _ in range(_ROUNDS):
        errors = _find_errors(name, part, value)
        if not errors:
            return value
        for error in errors:
            for pointer, _message, _hint in _explain(error, {}, ""):
                value = _without(value, tokens(pointer))
    return {}


def _without(value: Json, path: list[str]) -> Json:
    if not path:
        return {}
    key, rest = path[0], path[1:]
    if isinstance(value, list) and key.isdigit() and int(key) < len(value):
        inner = [_without(value[int(key)], rest)] if rest else []
        return [*value[: int(key)], *inner, *value[int(key) + 1 :]]
    if isinstance(value, Mapping) and key in value:
        kept = {name: inner for name, inner in value.items() if name != key}
        return {**value, key: _without(value[key], rest)} if rest else kept
    return value


def _explain(
    error: ValidationError, written: Mapping[str, str], under: str
) -> Iterator[tuple[str, str, str]]:
    pointer = under
    for token in error.absolute_path:
        pointer = child_pointer(pointer, token)
    rule: Any = error.schema
    due: Any = error.validator_value
    value: Any = error.instance
    keyword = str(error.validator)
    if keyword == "additionalProperties":
        known = tuple(rule.get("properties", ()))
        for key in value:
            if key not in known:
                yield child_pointer(pointer, key), f'unknown key "{key}"', did_you_mean(key, known)
    elif keyword == "required":
        missing = [name for name in due if name not in value]
        yield pointer, " and ".join(f'"{name}"' for name in missing) + " is missing", ""
    elif keyword == "type" and "string" in due and isinstance(value, int | float):
        text = written.get(pointer, json.dumps(value))
        yield (
            pointer,
            f"expected {_describe_expected(rule)}, found {kind_of(value)}",
            f'write "{text}"',
        )
    elif keyword in ("enum", "const"):
        choices = [str(c) for c in (due if keyword == "enum" else [due])]
        hint = did_you_mean(value, choices) if isinstance(value, str) else ""
        expected = _join_or(choices) if len(choices) <= _FEW else _describe_expected(rule)
        yield pointer, f"expected {expected}, found {kind_of(value)}", _drop_list(hint)
    elif keyword == "propertyNames":
        yield pointer, f"a key is not allowed here: {error.message}", ""
    else:
        yield pointer, f"expected {_describe_expected(rule)}, found {kind_of(value)}", ""


def _describe_expected(rule: Mapping[str, Json]) -> str:
    if "title" in rule:
        return str(rule["title"])
    types = rule.get("type", "a value of another form")
    names = types if isinstance(types, Sequence) and not isinstance(types, str) else [types]
    return _join_or([_WORDS.get(str(name), str(name)) for name in names])


def _drop_list(hint: str) -> str:
    return "" if hint.startswith("known:") else hint


def _join_or(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
