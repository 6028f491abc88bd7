"""A delivery follows a redirect, or follows none, as the policy says."""

from __future__ import annotations

from collections.abc import Sequence

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
)
from apicheck.authoring.facts import Webhooks
from apicheck.checks.webhooks import _arrivals, _hooks

_REDIRECT = 307
"""The redirect that keeps method and body (RFC 9110, section 15.4.8)."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says what becomes of a redirect."""
    webhooks = subject.facts.webhooks
    if isinstance(webhooks, Webhooks) and webhooks.delivery.redirects is None:
        return NotApplicable("the policy does not say whether redirects are followed")
    return _hooks.find_obstacle(subject) or _hooks.make_applies(
        subject, "webhooks.delivery.redirects", requests=2
    )


def script(subject: Subject) -> Script:
    """Redirect a delivery from one URL of the listener to another."""
    event = _hooks.list_events(subject)[0]
    inbox = yield from _hooks.open_inbox()
    elsewhere = _hooks.Hook(inbox["path"], inbox["url"])
    hook = yield from _hooks.subscribe(subject, event, respond=_REDIRECT, location=elsewhere.url)
    yield from _hooks.cause(subject, event)
    yield from _arrivals.expect(subject, hook, event)
    if _follows(subject):
        yield from _arrivals.await_delivery(
            subject, elsewhere, event, _arrivals.get_patience(subject)
        )
    else:
        yield from _arrivals.see_more(subject, elsewhere)


def _follows(subject: Subject) -> bool:
    return _hooks.facts_of(subject).delivery.redirects == "followed"


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The second URL must get the delivery as it was, or nothing."""
    elsewhere, redirected = (_hooks.deliveries(transcript, number) for number in (0, 1))
    if not redirected:
        return Inconclusive("nothing was delivered")
    if _follows(subject):
        return _judge_followed(subject, redirected, elsewhere)
    for delivery in elsewhere:
        expected = "no request to the URL to which a delivery was redirected"
        return Failure("followed", expected, "a delivery", exchange=delivery.id)
    return None


def _judge_followed(
    subject: Subject, redirected: Sequence[Exchange], elsewhere: Sequence[Exchange]
) -> Failure | None:
    """The status of the redirect keeps method and body."""
    sent = {(one.request.method, one.request.body) for one in redirected}
    if any((one.request.method, one.request.body) in sent for one in elsewhere):
        return None
    expected = "the delivery at the URL to which it was redirected"
    actual = f"nothing in {_arrivals.get_patience(subject):g} s"
    for other in elsewhere:
        actual = f"{other.request.method} with {len(other.request.body or b'')} bytes"
        return Failure("not-followed", expected, actual, exchange=other.id)
    return Failure("not-followed", expected, actual, exchange=redirected[0].id)


CHECK = Check(
    title="Deliveries follow redirects, or none, as promised",
    failure_title="Deliveries do not treat redirects as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.delivery.redirects",),
    standards=("rfc9110#15.4.8",),
    outcomes=(Outcome("followed", Severity.HIGH), Outcome("not-followed", Severity.MEDIUM)),
    proven_by={
        "followed": ("webhooks/follows-redirects",),
        "not-followed": ("webhooks/follows-no-redirect",),
    },
    accepted=True,
)
