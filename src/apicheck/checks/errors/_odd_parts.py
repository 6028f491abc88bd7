"""Distribute the classic odd values over the parts of a request, in turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from apicheck.authoring import Case, Part, Recipe, Subject, alter
from apicheck.authoring.path_index import index_paths
from apicheck.checks.errors._odd_values import MEMBERS, RAW, TEXTS

_LOW_LIMIT = 50


def parts(subject: Subject) -> tuple[Part, ...]:
    """The parts of the canonical request that may be replaced; its tenant is kept."""
    recipe = subject.context.recipes[subject.op.id]
    kept = frozenset(one.parameter for one in subject.facts.authorization.tenants)
    return alter.parts_of(subject.op, recipe, kept) if isinstance(recipe, Recipe) else ()


def is_scarce(subject: Subject) -> bool:
    """Whether few requests can be sent: the limit is low, or each of them uses something up."""
    context = subject.context
    recipe, bucket = context.recipes[subject.op.id], context.bucket_for(subject.op.id)
    is_low = bucket is not None and bucket.limit is not None and bucket.limit < _LOW_LIMIT
    return is_low or (isinstance(recipe, Recipe) and recipe.consumes)


def rows(subject: Subject) -> Iterator[Case]:
    """Yield each classic in one part of each place, or in every part when thorough.

    Operations start at different classics. The operations that have a part in a place share
    the classics for it.
    """
    start = index_paths(subject.context.spec).position[subject.op.id]
    places: dict[str, list[Part]] = {}
    for part in parts(subject):
        places.setdefault(part.place, []).append(part)
    for turn in range(max(len(TEXTS), len(MEMBERS))):
        for place, replaced in places.items():
            names = list(MEMBERS if place == "body" else TEXTS)
            if turn < len(names):
                name, first = names[(start + turn) % len(names)], (start + turn) % len(replaced)
                found = _in_parts(name, (*replaced[first:], *replaced[:first]))
                yield from found if subject.context.thorough else islice(found, 1)


def _in_parts(name: str, replaced: Iterable[Part]) -> Iterator[Case]:
    """Yield a classic in each of the parts that it fits."""
    for part in replaced:
        place = {"place": part.place, "name": part.name}
        row, shared = f"{name} in {part}", f"{name} in the {part.place}"
        if part.place == "body" and name in RAW:
            yield Case(row, {**place, "raw": RAW[name]}, spread=shared)
            continue
        value = (MEMBERS if part.place == "body" else TEXTS)[name]
        if alter.part_accepts(part, value):
            yield Case(row, {**place, "value": value}, spread=shared)
