"""An authorization code is refused with another redirect URI than it was requested with."""

from __future__ import annotations

from apicheck.authoring import Confirm, Script, Severity, Subject
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.oauth._codes import issue_code, needs_codes, present_code
from apicheck.checks.oauth._operations import applies_to, bad_grant, token_operation


def script(subject: Subject) -> Script:
    """Have a code issued, and present it with another redirect URI."""
    client, code = yield from issue_code(subject)
    other = "https://apicheck.invalid/callback"
    yield from present_code(subject, client, code, redirect_uri=other)


CHECK = scripted_refusal(
    title="An authorization code with another redirect URI is refused as promised",
    failure_title="An authorization code with another redirect URI is not refused as promised",
    applies=applies_to(token_operation, requests=2, promise=bad_grant, unless=needs_codes),
    script=script,
    reads=("oauth", "oauth.bad_grant"),
    needs_success=True,
    standards=("rfc6749#4.1.3", "rfc6749#5.2"),
    accepted=Severity.LOW,
    confirm=Confirm.FRESH,
    proven_by={
        "accepted": ("oauth/code-works-with-any-redirect-uri",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
