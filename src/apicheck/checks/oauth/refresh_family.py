"""The tokens of a grant are revoked when a used refresh token is reused, if promised."""

from __future__ import annotations

from apicheck.authoring import (
    Check,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Role,
    Script,
    Subject,
    Transcript,
    build,
    describe,
    steps,
)
from apicheck.checks.oauth._client import (
    discard_tokens,
    refresh_token,
    use_new_token,
)
from apicheck.checks.oauth._families import (
    OUTCOMES,
    cases,
    judge_ended,
    says_nothing_of_reuse,
    try_token,
)
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._refreshable import grant_refreshable
from apicheck.checks.oauth._scopes import find_scoped


def rotates_not(subject: Subject) -> NotApplicable | NotTested | None:
    """Why there is no used refresh token; None where refresh tokens rotate."""
    if subject.facts.oauth and subject.facts.oauth.refresh == "rotating":
        return says_nothing_of_reuse(subject)
    return NotApplicable("the policy lets a refresh token be used more than once")


def script(subject: Subject) -> Script:
    """Refresh a token, present the first refresh token again, then use the newest tokens."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    operation, scopes = find_scoped(subject)
    granted = yield from grant_refreshable(subject, client, *scopes)
    used = granted["refresh_token"]
    refreshed = yield from refresh_token(subject, client, used, role=Role.SETUP)
    newest = {**granted, **refreshed.members}
    yield from use_new_token(subject, operation, newest["access_token"], client)
    again = yield from refresh_token(subject, client, used, role=Role.SETUP)
    if again.succeeded:
        yield from discard_tokens(subject, client, again.members)
        words = f"the server accepts a used refresh token ({describe(again)})"
        steps.end_script(Inconclusive(words))
    yield from try_token(subject, operation, client, newest)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the newest token of the row still works."""
    return judge_ended(subject, transcript, "used refresh token")


CHECK = Check(
    title="The tokens of a grant are revoked when a used refresh token is reused",
    failure_title="The tokens of a grant outlive the reuse of its refresh token",
    applies=applies_to(
        token_operation, fact="oauth.reuse_ends", refresh=True, requests=5, unless=rotates_not
    ),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth.reuse_ends", "authentication.revoked_within"),
    accepted=True,
    standards=("rfc9700#4.14.2",),
    outcomes=OUTCOMES,
    proven_by={
        "access-lives": ("oauth/ended-family-works-for-a-minute",),
        "refresh-lives": ("oauth/reuse-spares-the-family",),
    },
)
