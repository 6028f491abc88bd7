"""A refresh token works for the client that it was issued to, and for no other."""

from __future__ import annotations

from apicheck.authoring import Confirm, Role, Script, Severity, Subject, build
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.oauth._client import discard_tokens, refresh_token
from apicheck.checks.oauth._operations import applies_to, bad_grant, token_operation
from apicheck.checks.oauth._refreshable import grant_refreshable


def script(subject: Subject) -> Script:
    """Grant a refresh token to the first client, and present it as the second."""
    yield from build.send_control(subject)
    first, second = subject.context.clients[:2]
    granted = yield from grant_refreshable(subject, first)
    exchange = yield from refresh_token(subject, second, granted["refresh_token"], role=Role.TABLE)
    yield from discard_tokens(subject, second, exchange.members)
    yield from discard_tokens(subject, first, granted)


CHECK = scripted_refusal(
    title="A refresh token of another client is refused as promised",
    failure_title="A refresh token of another client is not refused as promised",
    applies=applies_to(
        token_operation, fact="oauth.refresh", clients=2, refresh=True, promise=bad_grant
    ),
    script=script,
    reads=("oauth.refresh", "oauth.bad_grant"),
    needs_success=True,
    standards=("rfc6749#10.4", "rfc6749#5.2"),
    accepted=Severity.CRITICAL,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": ("oauth/refreshes-for-any-client",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
