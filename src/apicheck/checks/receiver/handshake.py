"""A challenge is sent back to the provider alone."""

from __future__ import annotations

from apicheck.authoring import Check, Outcome, Severity
from apicheck.checks.receiver import _forgeries

cases = _forgeries.cases_named("handshake-")

CHECK = Check(
    title="A forged handshake is refused",
    failure_title="A forged handshake is accepted, or breaks the receiver",
    applies=_forgeries.applies_where(cases, "its deliveries are no JSON, or its handshake unknown"),
    cases=cases,
    script=_forgeries.script,
    judge=_forgeries.judge_by_status,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("https://docs.slack.dev/reference/events/url_verification",),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("error", Severity.LOW)),
    proven_by={
        "accepted": ("receiver/sends-challenges-back",),
        "error": ("receiver/fails-on-forged-challenges",),
    },
)
