"""An authorization code works for the client that it was issued to, and for no other."""

from __future__ import annotations

from apicheck.authoring import Confirm, Script, Severity, Subject
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.oauth._codes import issue_code, needs_codes, present_code
from apicheck.checks.oauth._operations import applies_to, bad_grant, token_operation


def script(subject: Subject) -> Script:
    """Have a code issued to a client, and present it as another."""
    client, code = yield from issue_code(subject)
    other = next(one for one in subject.context.clients if one is not client)
    yield from present_code(subject, other, code)


CHECK = scripted_refusal(
    title="An authorization code of another client is refused as promised",
    failure_title="An authorization code of another client is not refused as promised",
    applies=applies_to(
        token_operation, clients=2, requests=2, promise=bad_grant, unless=needs_codes
    ),
    script=script,
    reads=("oauth", "oauth.bad_grant"),
    needs_success=True,
    standards=("rfc6749#4.1.3", "rfc6749#5.2"),
    accepted=Severity.CRITICAL,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": ("oauth/code-works-for-any-client",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
