"""A refresh token that rotates works once."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    describe,
    judging,
    steps,
)
from apicheck.checks.oauth._client import (
    bad_grant,
    body_members,
    discard_tokens,
    grant_token,
    not_this_operation,
    refresh_token,
    token_operation,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the token operation, where refresh tokens rotate."""
    if why := not_this_operation(subject, token_operation(subject), refresh=True):
        return why
    if subject.facts.oauth and subject.facts.oauth.refresh != "rotating":
        return NotApplicable("refresh tokens may be used more than once")
    return Applies(facts=("oauth.refresh",))


def script(subject: Subject) -> Script:
    """A token; refreshed; and refreshed once more by the first refresh token."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    answer = yield from grant_token(subject, client, refresh=True)
    token = answer["refresh_token"]
    first = yield from refresh_token(subject, client, token, role=Role.SETUP)
    if not first.succeeded:
        steps.end_script(Inconclusive(f"a new refresh token is not accepted ({describe(first)})"))
    again = yield from refresh_token(subject, client, token, role=Role.TABLE)
    for got in (body_members(again), {**answer, **body_members(first)}):
        yield from discard_tokens(subject, client, got)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with the wrong status."""
    return judging.judge_refused(
        transcript,
        bad_grant(subject),
        though="to a refresh token that had been used",
    )


CHECK = Check(
    title="A refresh token that rotates works once",
    applies=applies,
    script=script,
    judge=judge,
    reads=("oauth.refresh", "oauth.bad_grant"),
    accepted=True,
    standards=("rfc9700#4.14.2", "rfc6749#10.4"),
    outcomes=(
        Outcome("accepted", Severity.HIGH, Confirm.FRESH),
        Outcome("wrong-status", Severity.LOW),
    ),
    proven_by={
        "accepted": ("oauth/refresh-token-works-twice",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
