"""Choose what of a plan is played to prove one fault: its checks, and a sample of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from zlib import crc32

from apicheck.model.plan import Plan, Probe
from apicheck.plan import matches

_SAMPLE = 5
"""How many operations are asked the checks that do not name the fault, without `--full`."""
_ROWS = 3
"""How many rows of a table each of those operations is asked."""
_FED = 2
"""How many subjects are asked the checks that a passive check of the fault reads."""
_OWN_SAMPLE = 12
"""How many subjects are asked the checks that name the fault; all, at the second try."""
_TURNS = 3
"""Faults take turns in that sample: each asks this part of it, always the same; all, at the second
try."""


def find_declared(fault: str, made: Plan) -> tuple[tuple[str, str], ...]:
    """Find the checks of a plan that name a fault, each with the outcome.

    A check that asks nothing on this profile is left out, unless none of them asks anything.
    """
    named = tuple(
        (check, outcome)
        for check in made.checks.values()
        if matches(check.id, made.options.select)
        for outcome, faults in check.proven_by.items()
        if fault in faults
    )
    asked = {probe.check.id for probe in made.probes}
    heard = [(check, outcome) for check, outcome in named if check.passive or check.id in asked]
    return tuple((check.id, outcome) for check, outcome in heard or named)


def select_tried(checks: Iterable[str], made: Plan) -> tuple[str, ...]:
    """Select the checks that a plan was made for."""
    return tuple(check_id for check_id in checks if matches(check_id, made.options.select))


def sample_plan(made: Plan, fault: str, *, whole: bool) -> Plan:
    """Reduce a plan to the checks that name a fault, and the others on a few operations.

    whole: ask the checks that name the fault on every subject, and the whole sample of the others.
    Probes that play last are left out, except the cheapest that gives a passive check of the fault
    something to read.
    """
    own = {check_id for check_id, _ in find_declared(fault, made)}
    hears = any(made.checks[check_id].passive for check_id in own)
    triggers = {one for check_id in own for one in made.checks[check_id].triggered_by}
    feeding = [
        probe
        for probe in (*made.probes, *made.provoking)
        if probe.applies.last and probe.check.id in triggers
    ]
    feeds = sorted(feeding, key=lambda probe: probe.applies.requests)[:1]
    operations = list(made.controls) or [one.id for one in made.spec.operations]
    step = max(1, len(operations) // _SAMPLE)
    sample = set(operations[::step][:_SAMPLE])

    rows = _select_first_rows(made)
    subjects = {check_id: _select_subjects(made, check_id, whole=whole) for check_id in own}
    fed = {check_id: _select_first_subjects(made, check_id) for check_id in triggers}

    def is_kept(probe: Probe) -> bool:
        if probe.check.id in own:
            return probe.subject.key in subjects[probe.check.id]
        if probe.applies.last:
            return probe in feeds
        if probe.subject.key in fed.get(probe.check.id, ()):
            return True
        operation = probe.subject.operation
        if probe.key not in rows or not (operation is None or operation.id in sample):
            return False
        return whole or probe.check.id in triggers or _has_turn(fault, probe)

    return replace(
        made,
        probes=tuple(probe for probe in made.probes if is_kept(probe)),
        provoking=tuple(probe for probe in made.provoking if whole or is_kept(probe)),
        controls=_select_controls(made, operations if hears or whole else sample),
    )


def keep_own(plan: Plan, own: Collection[str]) -> Plan:
    """Leave out of a plan what is not of these checks."""
    return replace(
        plan,
        probes=tuple(probe for probe in plan.probes if probe.check.id in own),
        passive=tuple(check for check in plan.passive if check.id in own),
        provoking=(),
        controls=(),
    )


def _select_controls(made: Plan, operations: Collection[str]) -> tuple[str, ...]:
    """Select the controls that passive checks read; an active one sends those that it needs."""
    return tuple(one for one in made.controls if one in operations) if made.passive else ()


def _has_turn(fault: str, probe: Probe) -> bool:
    """Whether a probe is played with a fault that its check does not name."""
    return crc32(f"{fault} {probe.key}".encode()) % _TURNS == 0


def _select_first_rows(made: Plan) -> frozenset[str]:
    """Select the probes of the first rows of each check on each subject; no drawn values."""
    asked: Counter[tuple[str, str]] = Counter()
    kept: list[str] = []
    for probe in (*made.probes, *made.provoking):
        subject = (probe.check.id, probe.subject.key)
        if probe.subject.case is None or not (probe.subject.case.drawn or asked[subject] == _ROWS):
            asked[subject] += 1
            kept.append(probe.key)
    return frozenset(kept)


def _select_first_subjects(made: Plan, check_id: str) -> frozenset[str]:
    """Select a few subjects of a check that gives a passive one something to read."""
    every = (p.subject.key for p in (*made.probes, *made.provoking) if p.check.id == check_id)
    return frozenset(list(dict.fromkeys(every))[:_FED])


def _select_subjects(made: Plan, check_id: str, *, whole: bool) -> frozenset[str]:
    """Select the subjects that a check is asked about: all, or some from first to last."""
    every = list(dict.fromkeys(p.subject.key for p in made.probes if p.check.id == check_id))
    step = 1 if whole else max(1, len(every) // _OWN_SAMPLE)
    return frozenset(every[::step])
