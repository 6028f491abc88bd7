"""The earlier documents of the API, beside the present one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from apicheck.authoring import Applies, NotApplicable, Operation, RunContext, Subject, compare
from apicheck.authoring import selector as selectors
from apicheck.authoring.document import Spec

FACT = "versioning.promises.compatible"
HISTORY = "versioning.history"


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy promises compatibility, and names what with."""
    versioning = subject.facts.versioning
    if versioning is None or versioning.compatible is None:
        return NotApplicable(f"the policy does not promise compatibility ({FACT})")
    if not subject.context.earlier:
        return NotApplicable(f"the policy names no earlier document ({HISTORY})")
    return Applies(facts=(FACT,))


def list_documents(context: RunContext) -> Iterator[tuple[str, Spec]]:
    """The earlier documents, each with the name that the policy gives it."""
    versioning = context.facts.versioning
    names = [one.file for one in versioning.history] if versioning else []
    return zip(names, context.earlier, strict=True)


@lru_cache(maxsize=16)
def find_changes(old: Spec, new: Spec) -> tuple[compare.Change, ...]:
    """The incompatible changes between two documents: a run asks several times."""
    return compare.compare(old, new)


def find_pairs(context: RunContext, old: Spec) -> dict[str, tuple[Operation, Operation | None]]:
    """Id of an operation that is to stay compatible -> itself, and what it is today."""
    versioning = context.facts.versioning
    promised = versioning.compatible if versioning else None
    if promised is None:
        return {}
    secured = frozenset(one.id for one in old.operations if one.secured)
    sets = context.facts.operations
    return {
        one.id: (one, now)
        for one, now in _match(old, context.spec)
        if selectors.selects(promised, one, sets, secured)
    }


def find_earlier(context: RunContext, old: Spec, operation: str) -> Operation | None:
    """What a present operation was before, if it is to stay compatible."""
    versioning, sets = context.facts.versioning, context.facts.operations
    promised = versioning.compatible if versioning else None
    for one in _match_backwards(old, context.spec).get(operation, ()):
        secured = frozenset([one.id] if one.secured else [])
        if promised is not None and selectors.selects(promised, one, sets, secured):
            return one
    return None


@lru_cache(maxsize=16)
def _match_backwards(old: Spec, new: Spec) -> Mapping[str, list[Operation]]:
    """Id of a present operation -> what it was."""
    found: dict[str, list[Operation]] = {}
    for was, now in _match(old, new):
        if now is not None:
            found.setdefault(now.id, []).append(was)
    return found


@lru_cache(maxsize=16)
def _match(old: Spec, new: Spec) -> tuple[tuple[Operation, Operation | None], ...]:
    return compare.match_operations(old, new).pairs
