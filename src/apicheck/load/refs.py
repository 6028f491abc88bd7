"""Reads `refs` of policies and target files: which parameter or member takes the id of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.load.mistakes import Mistakes
from apicheck.load.selectors import find_selector_error
from apicheck.load.target_names import walk_fixture_names
from apicheck.model.facts import Selector
from apicheck.model.json import Json, child_pointer
from apicheck.model.operation import Spec
from apicheck.model.selector import selects
from apicheck.model.target import Ref

_BEFORE_OTHERS = ("POST", "PUT", "GET")
"""What creates an object goes before what lists some."""


def read_refs(settings: Mapping[str, Json], spec: Spec, mistakes: Mistakes) -> tuple[Ref, ...]:
    """The refs, each for all operations or for those of a selector."""
    known = frozenset(walk_fixture_names(spec)) if settings else frozenset()
    found: list[Ref] = []
    for key, value in settings.items():
        pointer = child_pointer("/refs", key)
        if isinstance(value, str):
            entries, ops = [(key, value, pointer)], None
        else:
            entries = [(name, text, child_pointer(pointer, name)) for name, text in value.items()]
            ops = Selector((key,))
            if said := find_selector_error(key, spec, {}):
                mistakes.add(pointer, *said)
        for name, text, place in entries:
            if name not in known:
                mistakes.unknown(place, "parameter or property", name, known)
            found.extend(_read_ref(name, text, ops, spec, place, mistakes))
    return tuple(found)


def _read_ref(
    name: str, text: str, ops: Selector | None, spec: Spec, place: str, mistakes: Mistakes
) -> Iterator[Ref]:
    operation, mark, inside = text.partition("#")
    if said := find_selector_error(operation, spec, {}):
        mistakes.add(place, *said)
    elif mark and not inside.startswith("/"):
        mistakes.add(place, f'"#{inside}" is not a JSON Pointer', "write it as #/data/id")
    elif sources := _find_sources(operation, spec):
        yield Ref(name, sources, inside, ops)
    else:
        words = f'"{operation}" names no operation that creates or lists something'
        mistakes.add(place, words, "name an operation, or the path of a collection")


def _find_sources(item: str, spec: Spec) -> tuple[str, ...]:
    """The operation that is named; of a path those that create an object, or list some."""
    if any(one.id == item for one in spec.operations):
        return (item,)
    wanted = Selector((item,))
    found = [one for one in spec.operations if selects(wanted, one, {}, frozenset())]
    if len({one.path for one in found}) != 1:
        return ()
    ranked = sorted(
        (one for one in found if one.method in _BEFORE_OTHERS),
        key=lambda one: _BEFORE_OTHERS.index(one.method),
    )
    return tuple(one.id for one in ranked)
