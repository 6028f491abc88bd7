"""Reads YAML text as YAML 1.2's core schema has it, with the line of each value.

`no` and dates are text, and the keys of a mapping are the characters as written. What YAML leaves
to the reader is refused: tags of other types, values that contain themselves, aliases that blow up.
Merge keys (`<<`) are of YAML 1.1, and are read, since many documents have them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from apicheck.load.reading import MAX_DEPTH, TOO_DEEP, double, failure
from apicheck.model.errors import ApicheckError, Mistake
from apicheck.model.json import Json, child_pointer, dotted

MAX_ALIASED = 50_000
"""Nodes that may come from aliases, all expansions counted."""

_TOO_MANY = f"aliases expand to more than {MAX_ALIASED} values: refused"
_PLAIN = "!apicheck/plain"
_TEXT = ("!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp")
_CORE = (_PLAIN, *(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float")))
"""Tags of scalars that are what their characters say: some writers name the type of each."""
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: Mapping[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def read_yaml(text: str, file: str, error: type[ApicheckError]) -> Reader:
    """The reader, which holds what it read. Raises `error` for text that is not YAML."""
    root = _composed(text, file, error)
    if root is None:
        raise failure(error, file, 0, "is empty")
    reader = Reader(file)
    reader.read(root)
    return reader


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # base is chosen at run time
    """Marks plain scalars, so that the reader decides what they are, and bounds the nesting.

    Composing calls each of these for each node.
    """

    _depth = 0

    def resolve(self, kind: type[yaml.Node], _value: str, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else str(self.DEFAULT_SCALAR_TAG)
        sequence = kind is yaml.SequenceNode
        return str(self.DEFAULT_SEQUENCE_TAG if sequence else self.DEFAULT_MAPPING_TAG)

    def descend_resolver(self, parent: yaml.Node | None, _index: object) -> None:
        """Composing recurses, in C where libyaml is there, and would end the process."""
        if self._depth > MAX_DEPTH:
            raise _TooDeepError(parent.start_mark.line + 1 if parent else 1)
        self._depth += 1

    def ascend_resolver(self) -> None:
        self._depth -= 1


class _TooDeepError(Exception):
    """The file is nested too deep, at a line of it."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def _composed(text: str, file: str, error: type[ApicheckError]) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_Loader)
    except _TooDeepError as problem:
        raise failure(error, file, problem.line, TOO_DEEP) from None
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 0
        message, hint = _in_words(problem, text, line)
        raise failure(error, file, line, message, hint) from None
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1
        message = f"holds the control character {problem.character!r}"
        raise failure(error, file, line, message) from None


def _in_words(problem: yaml.MarkedYAMLError, text: str, line: int) -> tuple[str, str]:
    lines = text.splitlines()
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())] or "'\\t'" in str(problem.problem):
        return "a tab where YAML wants spaces", "indent with spaces"
    if "single document" in str(problem.context):
        return "a second document begins here", "keep one document in a file"
    if "nesting depth" in str(problem.problem):  # libyaml's own limit, since PyYAML 6.0.4
        return TOO_DEEP, ""
    said = " ".join(str(part) for part in (problem.context, problem.problem) if part)
    hint = 'put text that holds ": " or " #" in quotes' if "mapping values" in said else ""
    return f"is not YAML: {said}", hint


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of a mapping. line: of its key."""

    line: int
    value: yaml.Node
    aliased: bool


@dataclass(slots=True)
class Reader:
    """Builds the value of a node graph, and keeps the lines."""

    file: str
    content: Json = None
    lines: dict[str, int] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    doubles: list[Mistake] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _open: set[int] = field(default_factory=set)
    _aliased: int = 0

    def read(self, root: yaml.Node) -> None:
        """Reads a whole file into `content`."""
        self.content = self.value(root, "")

    def value(self, node: yaml.Node, pointer: str, *, aliased: bool = False) -> Json:
        """The value of a node."""
        line = node.start_mark.line + 1
        self.lines.setdefault(pointer, line)
        if id(node) in self._open:
            self._mistake(line, pointer, "an alias that contains itself")
            return None
        aliased = aliased or id(node) in self._seen
        self._seen.add(id(node))
        self._aliased += aliased
        if self._aliased > MAX_ALIASED:
            self._mistake(line, pointer, _TOO_MANY)
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, pointer, line)
        if len(self._open) >= MAX_DEPTH:  # through aliases, or with nothing in it
            self._mistake(line, pointer, TOO_DEEP)
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [
                    self.value(item, child_pointer(pointer, index), aliased=aliased)
                    for index, item in enumerate(node.value)
                ]
            return self._mapping(node, pointer, aliased=aliased)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.Node, pointer: str, *, aliased: bool) -> dict[str, Json]:
        made = {}
        for name, member in self._collect_members(node, pointer, aliased=aliased).items():
            place = child_pointer(pointer, name)
            self.lines.setdefault(place, member.line)
            made[name] = self.value(member.value, place, aliased=member.aliased)
        return made

    def _collect_members(
        self, node: yaml.Node, pointer: str, *, aliased: bool
    ) -> dict[str, _Member]:
        """The members of a mapping, then those that it merges and has not itself."""
        found: dict[str, _Member] = {}
        merged: list[yaml.Node] = []
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._mistake(line, pointer, "a key that is not plain text")
                continue
            name = str(key.value)
            place = child_pointer(pointer, name)
            if name == "<<" and key.tag == _PLAIN:
                merged.extend(self._find_merged(value, place))
                continue
            if name in found and not aliased:
                self.doubles.append(double(self.file, place, found[name].line, line))
            found[name] = _Member(line, value, aliased)
        for one in merged:  # the first that has a key counts
            for name, member in self._merge(one, pointer).items():
                found.setdefault(name, member)
        return found

    def _find_merged(self, value: yaml.Node, place: str) -> list[yaml.Node]:
        """The mappings that a merge key names: one, or a list of them."""
        named = value.value if isinstance(value, yaml.SequenceNode) else [value]
        if all(isinstance(one, yaml.MappingNode) for one in named):
            return list(named)
        line = value.start_mark.line + 1
        self._mistake(line, place, "a merge key << takes a mapping, or a list of mappings")
        return []

    def _merge(self, node: yaml.Node, pointer: str) -> Mapping[str, _Member]:
        line = node.start_mark.line + 1
        if id(node) in self._open:
            self._mistake(line, pointer, "an alias that contains itself")
            return {}
        self._aliased += len(node.value)
        if self._aliased > MAX_ALIASED:
            self._mistake(line, pointer, _TOO_MANY)
            return {}
        self._open.add(id(node))
        try:
            return self._collect_members(node, pointer, aliased=True)
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: yaml.ScalarNode, pointer: str, line: int) -> Json:
        text = str(node.value)
        if node.tag in _TEXT:
            return text
        if node.tag not in _CORE:
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
        if message == _TOO_MANY and any(known.message == message for known in self.mistakes):
            return
        self.mistakes.append(Mistake(self.file, line, dotted(pointer), message, hint))
