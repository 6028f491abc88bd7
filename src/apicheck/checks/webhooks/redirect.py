"""A delivery follows no redirect, where the policy says so."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
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
    """Where the policy says that redirects are not followed."""
    webhooks = subject.facts.webhooks
    if isinstance(webhooks, Webhooks) and webhooks.delivery.redirects != "refused":
        return NotApplicable("the policy does not say that redirects are not followed")
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
    yield from _arrivals.see_more(subject, elsewhere)


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """The second URL must get nothing."""
    if not _hooks.deliveries(transcript, 1):
        return Inconclusive("nothing was delivered")
    for delivery in _hooks.deliveries(transcript, 0):
        expected = "no request to the URL to which a delivery was redirected"
        return Failure("followed", expected, "a delivery", exchange=delivery.id)
    return None


CHECK = Check(
    title="Deliveries follow no redirect",
    failure_title="Deliveries follow redirects",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.delivery.redirects",),
    standards=("rfc9110#15.4.8",),
    outcomes=(Outcome("followed", Severity.HIGH),),
    proven_by={"followed": ("webhooks/follows-redirects",)},
    accepted=True,
)
