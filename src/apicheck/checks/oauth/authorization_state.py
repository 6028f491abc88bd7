"""An authorization response repeats the state of its request."""

from __future__ import annotations

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Judgement,
    Outcome,
    Severity,
    Subject,
    Transcript,
    pointers,
)
from apicheck.checks.oauth._codes import STATE, needs_codes, read_redirect
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._responses import cases, find_response, script


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the response has no state, or another."""
    found = find_response(subject, transcript)
    if not isinstance(found, Exchange):
        return found
    state, name = read_redirect(found).get("state"), subject.row.name
    expected = f"state {pointers.describe_value(STATE)}"
    if state is None:
        return Failure("missing", expected, "no state", name, found.id)
    if state != STATE:
        return Failure(
            "differs", expected, f"state {pointers.describe_value(state)}", name, found.id
        )
    return None


CHECK = Check(
    title="An authorization response repeats the state of its request",
    failure_title="An authorization response does not repeat the state of its request",
    applies=applies_to(token_operation, requests=2, unless=needs_codes),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc6749#4.1.2", "rfc6749#4.1.2.1"),
    outcomes=(Outcome("missing", Severity.MEDIUM), Outcome("differs", Severity.MEDIUM)),
    proven_by={
        "missing": ("oauth/drops-state",),
        "differs": ("oauth/decodes-state-twice",),
    },
)
