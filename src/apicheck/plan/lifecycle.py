"""Contradictions in the lifecycle that a policy states: its table against its own promises."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from apicheck.model.facts import Deprecation, Versioning
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy
from apicheck.model.selector import selects

Words = tuple[str, str]
"""What a remark is about, and its message."""

_DEPRECATIONS = "versioning.deprecations"
_SHOWN = 3
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table: what it is of, and its dates ("" where not said)."""

    name: str
    announced: str
    since: str
    sunset: str


def find_lifecycle_remarks(spec: Spec, policy: Policy) -> Iterator[Words]:
    """Find where the dates and successors of a policy contradict its promises or the document."""
    versioning = policy.facts.versioning
    if versioning is None:
        return
    covered = {
        index: _select(spec, policy, item) for index, item in enumerate(versioning.deprecations)
    }
    if covered:
        yield from _compare_with_document(spec, set().union(*covered.values()))
    yield from _find_doubles(spec, covered.values())
    for index, item in enumerate(versioning.deprecations):
        yield from _find_bad_successor(spec, item, covered)
        yield from _find_undocumented(spec, item, covered[index])
    for row in _list_rows(versioning):
        yield from _find_short_periods(row, versioning)


def _select(spec: Spec, policy: Policy, item: Deprecation) -> set[str]:
    secured = frozenset(one.id for one in spec.operations if one.secured)
    sets = policy.facts.operations
    return {one.id for one in spec.operations if selects(item.ops, one, sets, secured)}


def _compare_with_document(spec: Spec, promised: set[str]) -> Iterator[Words]:
    marked = {operation.id for operation in spec.operations if operation.deprecated}
    for source, other, ids in (("policy", "document", promised), ("document", "policy", marked)):
        only = [o.id for o in spec.operations if o.id in ids and o.id not in promised & marked]
        if only:
            verb = "are" if only[1:] else "is"
            message = f"{_abbreviate(only)} {verb} deprecated by the {source}, not by the {other}"
            yield _DEPRECATIONS, message


def _find_doubles(spec: Spec, covered: Collection[set[str]]) -> Iterator[Words]:
    for operation in spec.operations:
        if sum(operation.id in ids for ids in covered) > 1:
            yield (
                _DEPRECATIONS,
                f"{operation.id} is in more than one deprecation: which dates hold?",
            )


def _find_bad_successor(
    spec: Spec, item: Deprecation, covered: Mapping[int, set[str]]
) -> Iterator[Words]:
    known = {one.id: one for one in spec.operations}
    successor = known.get(item.successor)
    if successor is None:
        return
    name = _name(item)
    if any(item.successor in ids for ids in covered.values()):
        yield _DEPRECATIONS, f"{name}: its successor {item.successor} is deprecated itself"
    elif successor.deprecated:
        message = f"{name}: its successor {item.successor} is deprecated by the document"
        yield _DEPRECATIONS, message


def _find_undocumented(spec: Spec, item: Deprecation, covered: set[str]) -> Iterator[Words]:
    due = item.gone.statuses.exact if item.gone else ()
    silent = [
        one.id
        for one in spec.operations
        if one.id in covered and not any(map(one.response_for, due))
    ]
    if item.gone is not None and due and silent:
        message = f"promises {item.gone.statuses} after a sunset; not documented for"
        yield _DEPRECATIONS, f"{message} {_abbreviate(silent)}"


def _list_rows(versioning: Versioning) -> Iterator[_Row]:
    for item in versioning.deprecations:
        yield _Row(_name(item), item.announced, item.since, item.sunset)
    for version, state in versioning.versions.items():
        if state.state == "deprecated":
            yield _Row(version, state.announced, state.since, state.sunset)


def _find_short_periods(row: _Row, versioning: Versioning) -> Iterator[Words]:
    """Compare in whole days, rounded down in favour of calendar months."""
    promises = versioning.promises
    for promise, seconds, start, end, words in (
        ("support", promises.support_s, row.since, row.sunset, "from deprecation to sunset"),
        ("notice", promises.notice_s, row.announced, row.since, "from announcement to deprecation"),
    ):
        if seconds is None or not start or not end:
            continue
        days, least = (_parse_day(end) - _parse_day(start)).days, int(seconds // _SECONDS_A_DAY)
        if days < least:
            message = f"{row.name}: {days} days {words}, promised {least}"
            yield f"versioning.promises.{promise}", message


def _name(item: Deprecation) -> str:
    return ", ".join(item.ops.items)


def _abbreviate(operations: list[str]) -> str:
    rest = len(operations) - _SHOWN
    return ", ".join(operations[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _parse_day(text: str) -> date:
    return date.fromisoformat(text[:10])
