"""A delivery whose id is not the signed one is refused."""

from __future__ import annotations

from apicheck.authoring import Check, Outcome, Severity
from apicheck.checks.receiver import _forgeries, _survival

cases = _forgeries.cases_named("id-")

CHECK = Check(
    title="A delivery whose id was changed is refused",
    failure_title="A delivery whose id was changed is accepted, or breaks the receiver",
    applies=_forgeries.applies_where(cases, "its signatures cover no id"),
    cases=cases,
    script=_forgeries.script_without_own_id,
    judge=_forgeries.judge_without_own_id,
    reads=_forgeries.FACTS,
    judges_errors=_survival.ENDED,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(Outcome("accepted", Severity.CRITICAL), Outcome("error", Severity.MEDIUM)),
    proven_by={
        "accepted": ("receiver/takes-id-from-body",),
        "error": ("receiver/fails-without-id",),
    },
)
