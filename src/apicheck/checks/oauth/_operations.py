"""The operations of the authorization server, and what the policy promises of them."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.authoring import (
    Applies,
    ExpectedResponse,
    NotApplicable,
    NotTested,
    NotTestedKind,
    StatusSet,
    Subject,
)

_MINT = (
    '[mint.{name}]\ntoken_url = "/oauth/token"\nclient_id_env = "{upper}_ID"\n'
    'client_secret_env = "{upper}_SECRET"'
)


def token_operation(subject: Subject) -> str:
    """The token operation, "" when the policy names none."""
    return subject.facts.oauth.token if subject.facts.oauth else ""


def revocation_operation(subject: Subject) -> str:
    """The revocation operation, "" when the policy names none."""
    return subject.facts.oauth.revoke if subject.facts.oauth else ""


def refreshes(subject: Subject) -> bool:
    """Whether the policy promises refresh tokens."""
    oauth = subject.facts.oauth
    return oauth is not None and oauth.refresh in ("rotating", "yes")


def applies_to(
    operation: Callable[[Subject], str],
    *,
    fact: str = "oauth",
    clients: int = 1,
    refresh: bool = False,
    requests: int = 1,
    promise: Callable[[Subject], ExpectedResponse] | None = None,
    unless: Callable[[Subject], NotApplicable | NotTested | None] = lambda _: None,
) -> Callable[[Subject], Applies | NotApplicable | NotTested]:
    """Make the `applies` of a check on one operation of the authorization server.

    operation: finds its id. clients: how many clients the check needs. refresh: whether it needs
    refresh tokens. unless: a further reason why it does not apply. fact, requests, promise: as
    `Applies` has them.
    """

    def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
        if subject.op.id != operation(subject):
            return NotApplicable("the check is about another operation")
        if refresh and not refreshes(subject):
            return NotApplicable("the policy promises no refresh tokens")
        if len(subject.context.clients) < clients:
            return _need_client(subject)
        expected = promise(subject) if promise else None
        return unless(subject) or Applies(requests=requests, facts=(fact,), promise=expected)

    return applies


def _need_client(subject: Subject) -> NotTested:
    """Say that the target file has too few clients, with the lines that add one."""
    which, name = ("second OAuth client", "b") if subject.context.clients else ("OAuth client", "a")
    return NotTested(
        NotTestedKind.NEEDS_IDENTITY,
        f"the target file names no {which}",
        _MINT.format(name=name, upper=name.upper()),
    )


def stated_or_usual(stated: ExpectedResponse | None, *usual: str) -> ExpectedResponse:
    """The response that the policy states, or else that with OAuth's usual statuses."""
    return stated if stated and stated.statuses else ExpectedResponse(StatusSet(usual))


def bad_grant(subject: Subject) -> ExpectedResponse:
    """The response to an invalid grant (RFC 6749, section 5.2)."""
    stated = subject.facts.oauth.bad_grant if subject.facts.oauth else None
    return stated_or_usual(stated, "400")


def bad_client(subject: Subject) -> ExpectedResponse:
    """The response to a client that does not authenticate (RFC 6749, section 5.2)."""
    stated = subject.facts.oauth.bad_client if subject.facts.oauth else None
    return stated_or_usual(stated, "400", "401")
