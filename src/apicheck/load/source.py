"""Text files as JSON values, each value with the line it was written on."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from apicheck.load.json_text import JsonLines, is_deeper_than, iterate_places, read_json
from apicheck.load.reading import MAX_DEPTH, TOO_DEEP, double, failure, kind_of
from apicheck.load.yaml_text import read_yaml
from apicheck.model.errors import ApicheckError, Mistake
from apicheck.model.json import Json

_LARGEST = 64 * 2**20
"""Bytes of a file: as of a document that is fetched."""

_TRAILING_COMMA = re.compile(r",\s*[]}]")


@dataclass(frozen=True, slots=True)
class Source:
    """One file. lines: JSON Pointer -> 1-based line. written: pointer -> a number's characters."""

    file: str
    value: Json
    lines: Mapping[str, int] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    doubles: tuple[Mistake, ...] = ()
    """Keys that stand in one mapping twice; the last one counts."""

    def line(self, pointer: str) -> int:
        """The line of a value, or of the nearest one around it; 0 when nothing is known."""
        while pointer not in self.lines and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 0)


def read_text(path: Path, error: type[ApicheckError]) -> str:
    """The text of a file. Raises `error` when it cannot be read as UTF-8."""
    try:
        with path.open("rb") as file:  # which may be a pipe or a device, and need not end
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise failure(error, str(path), 0, "there is no such file") from None
    except IsADirectoryError:
        raise failure(error, str(path), 0, "is a folder, not a file") from None
    except OSError as problem:
        raise failure(error, str(path), 0, problem.strerror or str(problem)) from None
    if len(data) > _LARGEST:
        raise failure(error, str(path), 0, f"is larger than {_LARGEST // 2**20} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise failure(error, str(path), line, "is not UTF-8: save it as UTF-8") from None


def read_source(path: Path, error: type[ApicheckError], *, doubles: bool = False) -> Source:
    """A YAML or JSON file whose top is a mapping. Raises `error` with every mistake found.

    doubles: keys that stand there twice are told in the source; else they are mistakes.
    """
    return parse(read_text(path, error), str(path), error, doubles=doubles)


def parse(text: str, file: str, error: type[ApicheckError], *, doubles: bool = False) -> Source:
    """YAML or JSON text whose top is a mapping. Raises `error`."""
    source = _parse_json(text, file, error) or _parse_yaml(text, file, error)
    if source.doubles and not doubles:
        raise error(f"{file} cannot be read", source.doubles)
    if not isinstance(source.value, Mapping):
        message = f"holds {kind_of(source.value)} where a mapping of keys to values is due"
        raise failure(error, file, source.lines[""], message)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return replace(source, digest=digest)


def _parse_yaml(text: str, file: str, error: type[ApicheckError]) -> Source:
    reader = read_yaml(text, file, error)
    if reader.mistakes:
        mistakes = sorted((*reader.mistakes, *reader.doubles), key=lambda m: m.line)
        raise error(f"{file} cannot be read", tuple(mistakes))
    return Source(file, reader.content, reader.lines, reader.written, doubles=tuple(reader.doubles))


def _parse_json(text: str, file: str, error: type[ApicheckError]) -> Source | None:
    """None for a text that is not JSON, and need not be: `{a: b}` is a mapping of YAML."""
    named = file.endswith(".json")
    if not named and not text.lstrip().startswith("{"):
        return None
    if not text.strip():
        raise failure(error, file, 0, "is empty")
    try:
        value, doubled = read_json(text)
    except (RecursionError, ValueError) as problem:
        if not named:
            return None
        raise _json_failure(problem, text, file, error) from None
    if is_deeper_than(value, MAX_DEPTH):
        raise failure(error, file, 0, TOO_DEEP)
    doubles = tuple(_find_doubles(text, file)) if doubled else ()
    return Source(file, value, JsonLines(text), doubles=doubles)


def _find_doubles(text: str, file: str) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for pointer, line in iterate_places(text):
        if pointer in first:
            yield double(file, pointer, first[pointer], line)
        first.setdefault(pointer, line)


def _json_failure(
    problem: Exception, text: str, file: str, error: type[ApicheckError]
) -> ApicheckError:
    if isinstance(problem, RecursionError):
        return failure(error, file, 0, TOO_DEEP)
    if not isinstance(problem, json.JSONDecodeError):
        return failure(error, file, 0, f"is not JSON: {problem}")
    comma = _trailing_comma(text, problem.pos)
    if comma is None:
        return failure(error, file, problem.lineno, f"is not JSON: {problem.msg}")
    line = text.count("\n", 0, comma) + 1
    message = "is not JSON: a comma stands before a closing bracket"
    return failure(error, file, line, message, "remove the comma")


def _trailing_comma(text: str, position: int) -> int | None:
    """Where the trailing comma stands that made `json` stop, None where something else did.

    Python 3.13 stops at the comma, older versions at the bracket after it.
    """
    comma = position if text[position : position + 1] == "," else len(text[:position].rstrip()) - 1
    return comma if comma >= 0 and _TRAILING_COMMA.match(text, comma) else None
