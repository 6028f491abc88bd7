"""Distribute the classic odd values over the parts of a request, in turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import Case, Json, Part, Recipe, Subject, alter
from apicheck.checks.errors._odd_values import MEMBERS, RAW, TEXTS

_TRIED = 8
_LOW_LIMIT, _FEW = 50, 2


def parts(subject: Subject) -> tuple[Part, ...]:
    """The parts of the canonical request that may be replaced; its tenant is kept."""
    recipe = subject.context.recipes[subject.op.id]
    kept = frozenset(one.parameter for one in subject.facts.authorization.tenants)
    return alter.parts_of(subject.op, recipe, kept) if isinstance(recipe, Recipe) else ()


def most(subject: Subject) -> int:
    """How many requests may be sent without using up limits or objects."""
    context = subject.context
    recipe, limits = context.recipes[subject.op.id], context.facts.rate_limits
    bucket = limits.buckets.get(context.bucket_of.get(subject.op.id, "")) if limits else None
    is_low = bucket is not None and bucket.limit is not None and bucket.limit < _LOW_LIMIT
    consumes = isinstance(recipe, Recipe) and recipe.consumes
    return _FEW if is_low or consumes else _TRIED


def rows(subject: Subject) -> Iterator[Case]:
    """Yield the parts in turns, each with the next classic; operations start at different ones."""
    start = [operation.id for operation in subject.context.spec.operations].index(subject.op.id)
    replaced = parts(subject)
    for turn in range(max(len(TEXTS), len(MEMBERS))):
        for number, part in enumerate(replaced):
            values: Mapping[str, Json] = MEMBERS if part.place == "body" else TEXTS
            names = list(values)
            name = names[(start + number + turn) % len(names)]
            if turn < len(names) and (name in RAW or alter.part_accepts(part, values[name])):
                place = {"place": part.place, "name": part.name}
                raw = part.place == "body" and name in RAW
                value = {"raw": RAW[name]} if raw else {"value": values[name]}
                yield Case(f"{name} in {part}", {**place, **value})
