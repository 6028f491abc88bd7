"""An authorization code works once."""

from __future__ import annotations

from apicheck.authoring import (
    Check,
    Confirm,
    Inconclusive,
    Judgement,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    describe,
    judging,
    steps,
)
from apicheck.checks.oauth._client import discard_tokens
from apicheck.checks.oauth._codes import exchange_code, issue_code, needs_codes, present_code
from apicheck.checks.oauth._operations import applies_to, bad_grant, token_operation


def script(subject: Subject) -> Script:
    """Have a code issued, and exchange it twice."""
    client, code = yield from issue_code(subject)
    first = yield from exchange_code(subject, client, code, Role.SETUP)
    if not first.succeeded:
        steps.end_script(Inconclusive(f"a new code is not accepted ({describe(first)})"))
    yield from present_code(subject, client, code)
    yield from discard_tokens(subject, client, first.members)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the server accepts the code again, or refuses it with another status."""
    return judging.judge_refused(
        transcript, subject.expected, though="to a code that had been used"
    )


CHECK = Check(
    title="An authorization code that was used is refused as promised",
    failure_title="An authorization code that was used is not refused as promised",
    applies=applies_to(token_operation, requests=3, promise=bad_grant, unless=needs_codes),
    script=script,
    judge=judge,
    reads=("oauth", "oauth.bad_grant"),
    accepted=True,
    standards=("rfc6749#4.1.2", "rfc6749#5.2"),
    outcomes=(
        Outcome("accepted", Severity.HIGH, Confirm.FRESH),
        Outcome("wrong-status", Severity.LOW),
    ),
    proven_by={
        "accepted": ("oauth/code-works-twice",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
