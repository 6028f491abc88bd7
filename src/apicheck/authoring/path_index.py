"""The operations of a document by their paths, so that no check walks through all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from apicheck.model.operation import Operation, Spec


@dataclass(slots=True)
class _Node:
    here: list[Operation] = field(default_factory=list)
    below: dict[str, _Node] = field(default_factory=dict)
    """Segment of a template -> what follows it."""


@dataclass(frozen=True, slots=True)
class PathIndex:
    """The operations of a document by path."""

    by_path: Mapping[str, tuple[Operation, ...]]
    position: Mapping[str, int]
    """operationId -> how many operations stand before it in the document."""
    _root: _Node

    def find_overlapping(self, path: str) -> list[Operation]:
        """The operations whose template may be of the same path as this template or path."""
        nodes = [self._root]
        for segment in path.split("/"):
            nodes = [after for node in nodes for after in _follow(node, segment)]
        return [operation for node in nodes for operation in node.here]

    def has_items(self, path: str) -> bool:
        """Whether a parameter follows a path, as the ids of its things do."""
        nodes = [self._root]
        for segment in path.split("/"):
            nodes = [node.below[segment] for node in nodes if segment in node.below]
        return any(segment.startswith("{") for node in nodes for segment in node.below)


def _follow(node: _Node, segment: str) -> Iterator[_Node]:
    """What follows a segment, or one with a parameter in its place."""
    for other, after in node.below.items():
        if other == segment or "{" in other or "{" in segment:
            yield after


@lru_cache(maxsize=2)
def index_paths(spec: Spec) -> PathIndex:
    """Index the operations of a document by their paths."""
    by_path: dict[str, list[Operation]] = {}
    root = _Node()
    for operation in spec.operations:
        by_path.setdefault(operation.path, []).append(operation)
        node = root
        for segment in operation.path.split("/"):
            node = node.below.setdefault(segment, _Node())
        node.here.append(operation)
    return PathIndex(
        {path: tuple(found) for path, found in by_path.items()},
        {operation.id: position for position, operation in enumerate(spec.operations)},
        root,
    )
