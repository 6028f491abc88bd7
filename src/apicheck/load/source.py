"""Text files as JSON values, each value with the line it was written on.

YAML is read as YAML 1.2's core schema has it: `no` and dates are text, and the keys of a mapping
are the characters as written. What YAML leaves to the reader is refused: duplicate keys, tags,
values that contain themselves, aliases that blow up.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from apicheck.load.json_lines import iterate_places
from apicheck.model.errors import ApicheckError, Mistake
from apicheck.model.json import Json, child_pointer, dotted

MAX_DEPTH = 100
MAX_ALIASED = 50_000
"""Nodes that may come from aliases, all expansions counted."""

_TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels"

_TRAILING_COMMA = re.compile(r",\s*[]}]")
_PLAIN = "!apicheck/plain"
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: Mapping[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One file. lines: JSON Pointer -> 1-based line. written: pointer -> a number's characters."""

    file: str
    value: Json
    lines: Mapping[str, int] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    def line(self, pointer: str) -> int:
        """The line of a value, or of the nearest one around it; 0 when nothing is known."""
        while pointer not in self.lines and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 0)


def read_text(path: Path, error: type[ApicheckError]) -> str:
    """The text of a file. Raises `error` when it cannot be read as UTF-8."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise _failure(error, str(path), 0, "there is no such file") from None
    except IsADirectoryError:
        raise _failure(error, str(path), 0, "is a folder, not a file") from None
    except OSError as problem:
        raise _failure(error, str(path), 0, problem.strerror or str(problem)) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise _failure(error, str(path), line, "is not UTF-8: save it as UTF-8") from None


def read_source(path: Path, error: type[ApicheckError]) -> Source:
    """A YAML or JSON file whose top is a mapping. Raises `error` with every mistake found."""
    return parse(read_text(path, error), str(path), error)


def parse(text: str, file: str, error: type[ApicheckError]) -> Source:
    """YAML or JSON text whose top is a mapping. Raises `error`."""
    read = _json if file.endswith(".json") or _is_json(text) else _yaml
    value, reader = read(text, file, error)
    if reader.mistakes:
        raise error(f"{file} cannot be read", tuple(reader.mistakes))
    if not isinstance(value, Mapping):
        message = f"holds {kind_of(value)} where a mapping of keys to values is due"
        raise _failure(error, file, reader.lines[""], message)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Source(file, value, reader.lines, reader.written, digest)


def _is_json(text: str) -> bool:
    """Whether a text is a JSON object, whatever its file is called."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _yaml(text: str, file: str, error: type[ApicheckError]) -> tuple[Json, _Reader]:
    root = _composed(text, file, error)
    if root is None:
        raise _failure(error, file, 0, "is empty")
    reader = _Reader(file)
    return reader.value(root, ""), reader


def _json(text: str, file: str, error: type[ApicheckError]) -> tuple[Json, _Reader]:
    if not text.strip():
        raise _failure(error, file, 0, "is empty")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as problem:
        comma = _trailing_comma(text, problem.pos)
        if comma is not None:
            line = text.count("\n", 0, comma) + 1
            message = "is not JSON: a comma stands before a closing bracket"
            raise _failure(error, file, line, message, "remove the comma") from None
        raise _failure(error, file, problem.lineno, f"is not JSON: {problem.msg}") from None
    except (RecursionError, ValueError) as problem:
        deep = isinstance(problem, RecursionError)
        message = _TOO_DEEP if deep else f"is not JSON: {problem}"
        raise _failure(error, file, 0, message) from None
    reader = _Reader(file, {"": 1})
    for path, line in iterate_places(text):
        reader.note(path, line)
    return value, reader


def _trailing_comma(text: str, position: int) -> int | None:
    """Where the trailing comma stands that made `json` stop, None where something else did.

    Python 3.13 stops at the comma, older versions at the bracket after it.
    """
    comma = position if text[position : position + 1] == "," else len(text[:position].rstrip()) - 1
    return comma if comma >= 0 and _TRAILING_COMMA.match(text, comma) else None


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


def _failure(
    error: type[ApicheckError], file: str, line: int, message: str, hint: str = ""
) -> ApicheckError:
    return error(f"{file} cannot be read", (Mistake(file, line, "", message, hint),))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # base is chosen at run time
    """Marks plain scalars, so that the reader decides what they are."""

    yaml_implicit_resolvers = {None: [(_PLAIN, re.compile(""))]}  # noqa: RUF012  (PyYAML's name)


def _composed(text: str, file: str, error: type[ApicheckError]) -> yaml.Node | None:
    try:
        deep = _deep_line(text)
        if deep:
            raise _failure(error, file, deep, _TOO_DEEP)
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 0
        message, hint = _in_words(problem, text, line)
        raise _failure(error, file, line, message, hint) from None
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1
        message = f"holds the control character {problem.character!r}"
        raise _failure(error, file, line, message) from None


def _deep_line(text: str) -> int:
    """The line where nesting gets too deep, 0 when it never does.

    Composing recurses, in C where libyaml is there, and would end the process.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return event.start_mark.line + 1 if event.start_mark else 1
    return 0


def _in_words(problem: yaml.MarkedYAMLError, text: str, line: int) -> tuple[str, str]:
    lines = text.splitlines()
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())] or "'\\t'" in str(problem.problem):
        return "a tab where YAML wants spaces", "indent with spaces"
    if "single document" in str(problem.context):
        return "a second document begins here", "keep one document in a file"
    if "nesting depth" in str(problem.problem):  # libyaml's own limit, since PyYAML 6.0.4
        return _TOO_DEEP, ""
    said = " ".join(str(part) for part in (problem.context, problem.problem) if part)
    hint = 'put text that holds ": " or " #" in quotes' if "mapping values" in said else ""
    return f"is not YAML: {said}", hint


@dataclass(slots=True)
class _Reader:
    """Builds the value of a node graph, and keeps the lines."""

    file: str
    lines: dict[str, int] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _open: set[int] = field(default_factory=set)
    _aliased: int = 0

    def note(self, path: tuple[str, ...], line: int) -> None:
        """The line of a member, which may not be there already."""
        pointer = "".join(child_pointer("", key) for key in path)
        if pointer in self.lines:
            lines = f"lines {self.lines[pointer]} and {line}"
            message = f'the key "{path[-1]}" is here twice: {lines}'
            self._mistake(line, pointer, message, "keep one of them")
        self.lines.setdefault(pointer, line)
        if len(path) == MAX_DEPTH + 1:
            self._mistake(line, pointer, _TOO_DEEP)

    def value(self, node: yaml.Node, pointer: str, *, aliased: bool = False) -> Json:
        line = node.start_mark.line + 1
        self.lines.setdefault(pointer, line)
        if id(node) in self._open:
            self._mistake(line, pointer, "an alias that contains itself")
            return None
        aliased = aliased or id(node) in self._seen
        self._seen.add(id(node))
        self._aliased += aliased
        if self._aliased > MAX_ALIASED:
            if self._aliased == MAX_ALIASED + 1:
                message = f"aliases expand to more than {MAX_ALIASED} values: refused"
                self._mistake(line, pointer, message)
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, pointer, line)
        if len(self._open) >= MAX_DEPTH:  # through aliases only; the rest was looked at
            self._mistake(line, pointer, _TOO_DEEP)
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [
                    self.value(item, child_pointer(pointer, index), aliased=aliased)
                    for index, item in enumerate(node.value)
                ]
            return dict(self._members(node, pointer, aliased=aliased))
        finally:
            self._open.discard(id(node))

    def _members(
        self, node: yaml.Node, pointer: str, *, aliased: bool
    ) -> Iterator[tuple[str, Json]]:
        first: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._mistake(line, pointer, "a key that is not plain text")
                continue
            name = str(key.value)
            place = child_pointer(pointer, name)
            if name == "<<" and key.tag == _PLAIN:
                hint = "write the members out, or use an alias for the whole value"
                self._mistake(line, place, "the merge key << is not part of YAML 1.2", hint)
                continue
            if name in first and not aliased:
                message = f'the key "{name}" is here twice: lines {first[name]} and {line}'
                self._mistake(line, place, message, "keep one of them")
                continue
            first[name] = line
            self.lines.setdefault(place, line)
            yield name, self.value(value, place, aliased=aliased)

    def _scalar(self, node: yaml.ScalarNode, pointer: str, line: int) -> Json:
        text = str(node.value)
        if node.tag in ("tag:yaml.org,2002:str", "!"):
            return text
        if node.tag != _PLAIN:
            self._mistake(line, pointer, f"the tag {node.tag} means nothing here", "remove it")
            return None
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INT.fullmatch(text) and len(text) < 100:
            self.written[pointer] = text
            return int(text, 0 if text[:2] in ("0o", "0x") else 10)
        if _FLOAT.fullmatch(text) and len(text) < 100:
            self.written[pointer] = text
            return float(text)
        return text

    def _mistake(self, line: int, pointer: str, message: str, hint: str = "") -> None:
        self.mistakes.append(Mistake(self.file, line, dotted(pointer), message, hint))
