"""The tokens of one grant, which end together where the policy says so."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import (
    Case,
    Failure,
    Json,
    Judgement,
    Minter,
    NotApplicable,
    NotTested,
    Outcome,
    Role,
    Severity,
    Steps,
    Subject,
    Transcript,
    describe,
    steps,
)
from apicheck.authoring import Confirm as _Confirm
from apicheck.checks.oauth._client import discard_tokens, refresh_token, use_token

_ACCESS, _REFRESH = "access token", "refresh token"
OUTCOMES = (
    Outcome("access-lives", Severity.MEDIUM, _Confirm.FRESH),
    Outcome("refresh-lives", Severity.HIGH, _Confirm.FRESH),
)


def list_ends(subject: Subject) -> tuple[str, ...]:
    """Which tokens end when what they were got by comes again, in the words of the policy."""
    return subject.facts.oauth.reuse_ends if subject.facts.oauth else ()


def says_nothing_of_reuse(subject: Subject) -> NotApplicable | NotTested | None:
    """Why no token has to end; None where the policy says that some do."""
    if list_ends(subject):
        return None
    return NotApplicable("the policy does not say which tokens of a grant end by a reuse")


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each kind of token that ends."""
    words = {"access": _ACCESS, "refresh": _REFRESH}
    return tuple(Case(words[kind]) for kind in list_ends(subject))


def try_token(
    subject: Subject, operation: str, client: Minter, granted: Mapping[str, Json]
) -> Steps[None]:
    """Use the token of the row, which the server must refuse by now."""
    seconds = subject.facts.authentication.revoked_within_s
    if seconds:
        yield from steps.wait(seconds, "until the end of the tokens takes effect")
    if subject.row.name == _REFRESH:
        yield from refresh_token(subject, client, granted.get("refresh_token"), role=Role.TABLE)
    else:
        token = granted.get("access_token")
        yield from use_token(subject, operation, token, client, Role.TABLE, bad=True)
    yield from discard_tokens(subject, client, granted)


def judge_ended(subject: Subject, transcript: Transcript, reused: str) -> Judgement:
    """Fail if the token of the row works. reused: what came a second time."""
    token = subject.row.name
    for exchange in transcript.exercised:
        if exchange.succeeded:
            outcome = "refresh-lives" if token == _REFRESH else "access-lives"
            expected = f"refused: the {token} ended when the {reused} came again"
            return Failure(outcome, expected, describe(exchange), exchange=exchange.id)
    return None
