"""A refresh token works once where refresh tokens rotate."""

from __future__ import annotations

from apicheck.authoring import (
    Confirm,
    Inconclusive,
    NotApplicable,
    Role,
    Script,
    Severity,
    Subject,
    build,
    describe,
    steps,
)
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.oauth._client import discard_tokens, refresh_token
from apicheck.checks.oauth._operations import applies_to, bad_grant, token_operation
from apicheck.checks.oauth._refreshable import grant_refreshable


def may_be_reused(subject: Subject) -> NotApplicable | None:
    """Why a refresh token may be used again; None where refresh tokens rotate."""
    if subject.facts.oauth and subject.facts.oauth.refresh == "rotating":
        return None
    return NotApplicable("the policy lets a refresh token be used more than once")


def script(subject: Subject) -> Script:
    """Request a token, refresh it, and refresh it once more by the first refresh token."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    granted = yield from grant_refreshable(subject, client)
    token = granted["refresh_token"]
    first = yield from refresh_token(subject, client, token, role=Role.SETUP)
    if not first.succeeded:
        steps.end_script(Inconclusive(f"a new refresh token is not accepted ({describe(first)})"))
    again = yield from refresh_token(subject, client, token, role=Role.TABLE)
    for members in (again.members, {**granted, **first.members}):
        yield from discard_tokens(subject, client, members)


CHECK = scripted_refusal(
    title="A refresh token that was used is refused as promised",
    failure_title="A refresh token that was used is not refused as promised",
    applies=applies_to(
        token_operation,
        fact="oauth.refresh",
        refresh=True,
        promise=bad_grant,
        unless=may_be_reused,
    ),
    script=script,
    though=lambda _: "to a refresh token that had been used",
    reads=("oauth.refresh", "oauth.bad_grant"),
    needs_success=True,
    standards=("rfc9700#4.14.2", "rfc6749#10.4"),
    accepted=Severity.HIGH,
    confirm=Confirm.FRESH,
    proven_by={
        "accepted": ("oauth/refresh-token-works-twice",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
