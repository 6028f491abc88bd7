"""The tokens of an authorization code are revoked when the code is reused, if promised."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Role,
    Script,
    Subject,
    Transcript,
    describe,
    steps,
)
from apicheck.checks.oauth import _families
from apicheck.checks.oauth._client import discard_tokens, use_new_token
from apicheck.checks.oauth._codes import exchange_code, find_client, needs_codes, obtain_code
from apicheck.checks.oauth._families import OUTCOMES, judge_ended, try_token
from apicheck.checks.oauth._operations import applies_to, refreshes, token_operation
from apicheck.checks.oauth._scopes import find_scoped


def promises_nothing(subject: Subject) -> NotApplicable | NotTested | None:
    """Why no token has to end, or no code can be had."""
    return _families.says_nothing_of_reuse(subject) or needs_codes(subject)


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each kind of token that a code gets, and that ends."""
    rows = _families.cases(subject)
    return tuple(row for row in rows if refreshes(subject) or row.name == "access token")


def script(subject: Subject) -> Script:
    """Exchange a code, present it again, then use the tokens of the first exchange."""
    client, oauth = find_client(subject), subject.facts.oauth
    operation, scopes = find_scoped(subject)
    more = (oauth.refresh_scope,) if oauth and oauth.refresh_scope else ()
    code = yield from obtain_code(subject, client, *scopes, *more)
    granted = (yield from exchange_code(subject, client, code, Role.SETUP)).members
    if not isinstance(granted.get("access_token"), str):
        steps.end_script(Inconclusive("a new code is not accepted"))
    yield from use_new_token(subject, operation, granted["access_token"], client)
    again = yield from exchange_code(subject, client, code, Role.SETUP)
    if again.succeeded:
        yield from discard_tokens(subject, client, again.members)
        steps.end_script(Inconclusive(f"the server accepts a used code ({describe(again)})"))
    if subject.row.name != "access token" and "refresh_token" not in granted:
        steps.end_script(Inconclusive("the code got no refresh token"))
    yield from try_token(subject, operation, client, granted)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the token of the row still works."""
    return judge_ended(subject, transcript, "used code")


CHECK = Check(
    title="The tokens of an authorization code are revoked when the code is reused",
    failure_title="The tokens of an authorization code outlive the reuse of the code",
    applies=applies_to(
        token_operation, fact="oauth.reuse_ends", requests=5, unless=promises_nothing
    ),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth.reuse_ends", "authentication.revoked_within"),
    accepted=True,
    standards=("rfc6749#4.1.2",),
    outcomes=OUTCOMES,
    proven_by={
        "access-lives": ("oauth/code-reuse-spares-the-tokens",),
        "refresh-lives": ("oauth/code-reuse-spares-the-tokens",),
    },
)
