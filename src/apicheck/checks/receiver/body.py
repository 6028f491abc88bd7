"""A delivery whose body differs from what was signed is refused."""

from __future__ import annotations

from apicheck.authoring import Check, Outcome, Severity
from apicheck.checks.receiver import _forgeries

cases = _forgeries.cases_named("body-", "digest-")

CHECK = Check(
    title="A delivery whose body was changed is refused",
    failure_title="A delivery whose body was changed is accepted, or breaks the receiver",
    applies=_forgeries.applies_where(cases, "its signatures do not cover the body"),
    cases=cases,
    script=_forgeries.script,
    judge=_forgeries.judge,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(Outcome("accepted", Severity.CRITICAL), Outcome("error", Severity.MEDIUM)),
    proven_by={
        "accepted": ("receiver/strips-body", "receiver/verifies-rewritten-body"),
        "error": ("receiver/fails-on-empty-body",),
    },
)
