"""A refresh token works for the client that it was issued to, and for no other."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
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
    judging,
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
    """To the token operation, where refresh tokens are promised and we have two clients."""
    why = not_this_operation(subject, token_operation(subject), clients=2, refresh=True)
    return why or Applies(facts=("oauth.refresh",))


def script(subject: Subject) -> Script:
    """A token of the first client; refreshed by the second."""
    yield from build.send_control(subject)
    first, second = subject.context.clients[:2]
    answer = yield from grant_token(subject, first, refresh=True)
    exchange = yield from refresh_token(subject, second, answer["refresh_token"], role=Role.TABLE)
    yield from discard_tokens(subject, second, body_members(exchange))
    yield from discard_tokens(subject, first, answer)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with the wrong status."""
    return judging.judge_refused(
        transcript,
        bad_grant(subject),
    )


CHECK = Check(
    title="A refresh token works for its own client alone",
    applies=applies,
    script=script,
    judge=judge,
    reads=("oauth.refresh", "oauth.bad_grant"),
    accepted=True,
    standards=("rfc6749#10.4", "rfc6749#5.2"),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.LOW),
    ),
    proven_by={
        "accepted": ("oauth/refreshes-for-any-client",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
