"""Finds quickly what is the same in two documents, so that it need not be compared.

Two releases of a large document differ in few places. What is equal, and refers only to what is
equal, is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apicheck.model.json import MISSING, Json, at, write_json
from apicheck.model.references import pointer_of


@dataclass(slots=True)
class Sameness:
    """What is the same in two documents. Nothing is, where they are of different dialects."""

    old: Mapping[str, Json]
    new: Mapping[str, Json]
    _comparable: bool = field(init=False)
    _differing: frozenset[str] = field(init=False)
    """Pointers to which something refers, and which are not the same."""

    def __post_init__(self) -> None:
        versions = [str(one.get("openapi", "3.1"))[:3] for one in (self.old, self.new)]
        self._comparable = versions[0] == versions[1]
        self._differing = frozenset(self._find_differing()) if self._comparable else frozenset()

    def is_same(self, old: Json, new: Json) -> bool:
        """Whether two values, one of each document, mean the same."""
        return (
            self._comparable and _equal(old, new) and self._differing.isdisjoint(_list_targets(old))
        )

    def _find_differing(self) -> set[str]:
        users: dict[str, list[str]] = {}
        due = list(_list_targets(self.old))
        seen: set[str] = set()
        differing: list[str] = []
        while due:
            pointer = due.pop()
            if pointer in seen:
                continue
            seen.add(pointer)
            value = at(self.old, pointer)
            if value is MISSING or not _equal(value, at(self.new, pointer)):
                differing.append(pointer)
            for target in set(_list_targets(value)):
                users.setdefault(target, []).append(pointer)
                due.append(target)
        found: set[str] = set()
        while differing:
            pointer = differing.pop()
            if pointer not in found:
                found.add(pointer)
                differing += users.get(pointer, ())
        return found


def _equal(one: Json, other: Json) -> bool:
    """Whether two values are written alike: for Python, true is 1."""
    if one is MISSING or other is MISSING:
        return one is other
    return bool(one == other) and write_json(one) == write_json(other)


def _list_targets(value: Json) -> Iterator[str]:
    """The pointers to which the references in a value lead."""
    due = [value]
    while due:
        one = due.pop()
        if isinstance(one, dict):
            reference = one.get("$ref")
            if isinstance(reference, str):
                yield pointer_of(reference)
            due += [inner for inner in one.values() if isinstance(inner, dict | list)]
        elif isinstance(one, list):
            due += [inner for inner in one if isinstance(inner, dict | list)]
