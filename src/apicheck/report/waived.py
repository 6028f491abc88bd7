"""Describe what a waiver did in a run."""

from __future__ import annotations

from apicheck.model.results import ClauseResult
from apicheck.model.verdict import Verdict


def describe_waiver(clause: ClauseResult) -> str:
    """Describe the effect of a clause's waiver: whether it is needed, and suffices."""
    if clause.verdict is Verdict.PASS:
        return "is no longer needed"
    if clause.verdict is not Verdict.FAIL:
        return "decides nothing: the clause is open"
    return "excuses the failure" if clause.waived else "does not cover every failure"
