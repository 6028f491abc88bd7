"""The writes that a bucket counts and whose effects can be read: one of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from apicheck.authoring import Recipe, Subject, creations, readback
from apicheck.checks.ratelimit._buckets import facts_of

MOST = 100
"""The highest limit that is used up for writes, if any is as low."""


def choose_writes(subject: Subject) -> tuple[Subject, ...]:
    """The writes that are asked over the limit of this bucket, each a subject of its own.

    The bucket with the lowest limit of those that count a kind of write stands for the others; a
    thorough run asks every kind of every bucket. A limit above MOST is used up if there is no
    other, and then the lowest one.
    """
    limits, bucket = facts_of(subject)
    writes = {name: dict(_list_kinds(subject, name)) for name in limits.buckets}
    known = {n: b.limit for n, b in limits.buckets.items() if b.limit is not None and writes[n]}
    low = [name for name in sorted(known, key=lambda name: known[name]) if known[name] <= MOST]
    low = low or sorted(known, key=lambda name: known[name])[:1]
    if bucket.name not in low:
        return ()
    first = {kind: name for name in reversed(low) for kind in writes[name]}
    own: Mapping[str, Subject] = writes[bucket.name]
    everything = subject.context.thorough
    return tuple(own[kind] for kind in own if everything or first[kind] == bucket.name)


def creates(write: Subject) -> bool:
    """Whether the effect of a write shows in a list."""
    return creations.list_operation(write) is not None and bool(creations.unique_member(write))


def _list_kinds(subject: Subject, bucket: str) -> Iterator[tuple[str, Subject]]:
    """The first write of each kind: its method, apart for a POST that creates something."""
    seen: set[str] = set()
    for write in list_writes(subject, bucket):
        kind = "create" if creates(write) else write.op.method
        if kind not in seen and (kind == "create" or _changes_an_object(write)):
            seen.add(kind)
            yield kind, write


def list_writes(subject: Subject, bucket: str) -> Iterator[Subject]:
    """The writes that a bucket counts and a run can send, each a subject of its own."""
    context = subject.context
    for operation in context.spec.operations:
        counted = context.bucket_of.get(operation.id) == bucket and operation.id in context.actors
        if counted and not operation.safe and isinstance(context.recipes[operation.id], Recipe):
            yield replace(subject, operation=operation)


def _changes_an_object(write: Subject) -> bool:
    """Whether the run can create the object that an operation changes, and read it."""
    recipe = write.context.recipes[write.op.id]
    made = isinstance(recipe, Recipe) and any(need.place == "path" for need in recipe.needs)
    return made and readback.read_operation(write) is not None
