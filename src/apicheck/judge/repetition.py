"""Uphold failures that one probe alone could not confirm and that several probes show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from apicheck.judge.attempts import Judged
from apicheck.model.verdict import Verdict

_ENOUGH = 3
"""Subjects on which the same check fails alike: that is no chance, and no disturbance."""


def uphold_repeated(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """The judged probes, with what was seen often enough as a fail.

    A failure that could not be played again, or whose status is a 500 in place of the promised
    one, is inconclusive on a single subject.
    """
    subjects: dict[tuple[str, str], set[str]] = {}
    for one in judged:
        failure = one.failure or one.suspected
        if failure is not None:
            key = (one.probe.check.id, failure.outcome)
            subjects.setdefault(key, set()).add(one.probe.subject.key)
    return tuple(_uphold(one, subjects) for one in judged)


def _uphold(one: Judged, subjects: dict[tuple[str, str], set[str]]) -> Judged:
    failure = one.suspected
    if failure is None or len(subjects[one.probe.check.id, failure.outcome]) < _ENOUGH:
        return one
    return replace(one, verdict=Verdict.FAIL, failure=failure, suspected=None, reason="")
