"""What of a plan is played to prove one fault: its own checks, and a sample of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from apicheck.model.plan import Plan, Probe
from apicheck.plan import matches

_SAMPLE = 5
"""Operations on which the checks that a fault is not about are asked, without `--full`."""
_ROWS = 3
"""Rows of a table that are asked of each of those operations."""
_OWN_SAMPLE = 12
"""Subjects on which those that it is about are asked first; on all, where that does not do."""


def declared(fault: str, made: Plan) -> tuple[tuple[str, str], ...]:
    """The checks of a plan that name a fault, each with the outcome.

    One that has nothing to ask on this profile is left out, as long as another one has.
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


def tried(checks: Iterable[str], made: Plan) -> tuple[str, ...]:
    """Those of some checks that a plan was made for."""
    return tuple(check_id for check_id in checks if matches(check_id, made.options.select))


def sampled(made: Plan, own: set[str], *, whole: bool) -> Plan:
    """The plan with the checks that a fault is not about on a few operations only.

    whole: those that it is about are asked on every subject, and not on some.
    What plays last is left out, but for the cheapest that feeds a passive check that the fault
    is about.
    """
    passive = {check_id.partition("/")[0] for check_id in own if made.checks[check_id].passive}
    feeding = [
        probe
        for probe in (*made.probes, *made.provoking)
        if probe.applies.last and probe.check.id.partition("/")[0] in passive
    ]
    feeds = sorted(feeding, key=lambda probe: probe.applies.requests)[:1]
    operations = list(made.controls)
    step = max(1, len(operations) // _SAMPLE)
    sample = set(operations[::step][:_SAMPLE])

    rows = _first_rows(made)
    subjects = {check_id: _subjects(made, check_id, whole=whole) for check_id in own}

    def is_kept(probe: Probe) -> bool:
        if probe.check.id in own:
            return probe.subject.key in subjects[probe.check.id]
        if probe.applies.last:
            return probe in feeds
        operation = probe.subject.operation
        return probe.key in rows and (operation is None or operation.id in sample)

    return replace(
        made,
        probes=tuple(probe for probe in made.probes if is_kept(probe)),
        provoking=tuple(probe for probe in made.provoking if whole or is_kept(probe)),
        # An active check sends the controls that it needs itself.
        controls=made.controls if made.passive else (),
    )


def _first_rows(made: Plan) -> frozenset[str]:
    """The probes of the first rows of each check on each subject; nothing that was drawn."""
    asked: Counter[tuple[str, str]] = Counter()
    kept: list[str] = []
    for probe in (*made.probes, *made.provoking):
        subject = (probe.check.id, probe.subject.key)
        if probe.subject.case is None or not (probe.subject.case.drawn or asked[subject] == _ROWS):
            asked[subject] += 1
            kept.append(probe.key)
    return frozenset(kept)


def _subjects(made: Plan, check_id: str, *, whole: bool) -> frozenset[str]:
    """The subjects that a check is asked about: all, or some from first to last."""
    every = list(dict.fromkeys(p.subject.key for p in made.probes if p.check.id == check_id))
    step = 1 if whole else max(1, len(every) // _OWN_SAMPLE)
    return frozenset(every[::step])
