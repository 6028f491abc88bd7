"""An authorization code works once."""

from __future__ import annotations

from apicheck.authoring import (
    Confirm,
    Inconclusive,
    Role,
    Script,
    Severity,
    Subject,
    describe,
    steps,
)
from apicheck.authoring.refusals import scripted_refusal
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


CHECK = scripted_refusal(
    title="An authorization code that was used is refused as promised",
    failure_title="An authorization code that was used is not refused as promised",
    applies=applies_to(token_operation, requests=3, promise=bad_grant, unless=needs_codes),
    script=script,
    though=lambda _: "to a code that had been used",
    reads=("oauth", "oauth.bad_grant"),
    needs_success=True,
    standards=("rfc6749#4.1.2", "rfc6749#5.2"),
    accepted=Severity.HIGH,
    confirm=Confirm.FRESH,
    proven_by={
        "accepted": ("oauth/code-works-twice",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
