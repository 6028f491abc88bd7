"""One of the two documents, as the themes read it: the parts of operations, with their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apicheck.compare.change import Change
from apicheck.compare.forms import Node
from apicheck.compare.sameness import Sameness
from apicheck.compare.shapes import Shapes
from apicheck.compare.sides import Direction
from apicheck.compare.values import Role, Values
from apicheck.model.json import Json, at, child_pointer
from apicheck.model.operation import Operation, Spec
from apicheck.model.references import locate


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document, at the end of its references. at: its pointer."""

    value: Mapping[str, Json]
    at: str


@dataclass(slots=True)
class Document:
    """Reads the parts of a document."""

    spec: Spec
    shapes: Shapes = field(init=False)

    def __post_init__(self) -> None:
        self.shapes = Shapes(self.spec.document)

    def part(self, pointer: str) -> Part:
        """The mapping at a pointer; {} where there is none."""
        value, place = locate(self.spec.document, at(self.spec.document, pointer), pointer)
        return Part(value if isinstance(value, Mapping) else {}, place)

    def inside(self, part: Part, key: str) -> Part:
        """A member of a part, with its references followed."""
        return self.part(child_pointer(part.at, key))

    def members(self, part: Part) -> Iterator[tuple[str, Part]]:
        """The members of a part that are mappings, or references to some."""
        for key, value in part.value.items():
            if isinstance(value, Mapping):
                yield key, self.part(child_pointer(part.at, key))

    def schema(self, part: Part) -> Node:
        """The schema of a parameter, a header or a media type; () for none."""
        if "schema" in part.value:
            return (child_pointer(part.at, "schema"),)
        content = self.inside(part, "content")
        for _, media in self.members(content):
            return self.schema(media)
        return ()

    def parameters(self, operation: Operation) -> Iterator[Part]:
        """The parameters of an operation, its own instead of those of its path."""
        found: dict[tuple[str, str], Part] = {}
        item = operation.pointer.rpartition("/")[0]
        for holder in (item, operation.pointer):
            written = self.part(holder).value.get("parameters")
            for index, _ in enumerate(written if isinstance(written, list) else ()):
                one = self.part(f"{holder}/parameters/{index}")
                name, place = str(one.value.get("name")), str(one.value.get("in"))
                found[place, name.lower() if place == "header" else name] = one
        yield from found.values()


@dataclass(slots=True)
class Both:
    """The two documents, and the comparisons of values that their operations share."""

    old: Document
    new: Document
    sameness: Sameness = field(init=False)
    _values: dict[tuple[Direction, Role], Values] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sameness = Sameness(self.old.spec.document, self.new.spec.document)

    def find_changes(
        self, old: Node, new: Node, direction: Direction, role: Role = Role.BODY
    ) -> Iterator[Change]:
        """The incompatible changes between two schemas."""
        values = self._values.get((direction, role))
        if values is None:
            values = Values(self.old.shapes, self.new.shapes, self.sameness, direction, role)
            self._values[direction, role] = values
        return values.find_changes(old, new)
