"""No more subscriptions can be made than the policy allows."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Check,
    ExpectedResponse,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    StatusSet,
    Subject,
    SubjectKind,
    Transcript,
    describe,
    judging,
    steps,
)
from apicheck.checks.webhooks import _hooks

_MOST = 60
"""So many subscriptions are made at once, and no more."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy limits subscriptions."""
    if obstacle := _hooks.find_obstacle(subject, by_api=True):
        return obstacle
    subscriptions = _hooks.facts_of(subject).subscriptions
    if subscriptions is None or subscriptions.limit is None:
        return NotApplicable("the policy does not limit subscriptions")
    if subscriptions.limit > _MOST:
        reason = f"it would make {subscriptions.limit} subscriptions"
        return NotTested(NotTestedKind.NEEDS_BUDGET, reason)
    promise = subscriptions.over_limit or ExpectedResponse(StatusSet(("4xx",)))
    made = _hooks.make_applies(
        subject, "webhooks.subscriptions.limit", requests=subscriptions.limit + 1
    )
    return replace(made, last=True, promise=promise, provokes=promise.statuses)


def script(subject: Subject) -> Script:
    """Subscribe until it is refused, once more than is allowed at most."""
    subscriptions, event = _hooks.facts_of(subject).subscriptions, _hooks.list_events(subject)[0]
    assert subscriptions is not None  # see `applies`
    for _ in range((subscriptions.limit or 0) + 1):
        inbox = yield from _hooks.open_inbox()
        request = yield from _hooks.request_to_subscribe(
            subject, subscriptions, inbox["url"], event
        )
        if not (yield from steps.send(request)).succeeded:
            return


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The last one must be refused. It may be refused before, as there may be others.

    What was accepted for one URL of the listener, and is refused for the next, is so by its number.
    """
    subscriptions = _hooks.facts_of(subject).subscriptions
    assert subscriptions is not None  # see `applies`
    *made, last = transcript.exercised
    if last.succeeded:
        expected = f"at most {subscriptions.limit} subscriptions"
        return Failure("exceeded", expected, f"{len(made) + 1} of them", exchange=last.id)
    if made or last.status in subject.expected.statuses:
        return judging.judge_status(last, subject.expected)
    return Inconclusive(f"the first subscription got {describe(last)}, for another reason")


CHECK = Check(
    title="No more subscriptions can be made than promised",
    failure_title="More subscriptions can be made than promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.subscriptions.limit", "webhooks.subscriptions.over_limit"),
    outcomes=(Outcome("exceeded", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "exceeded": ("webhooks/limits-no-subscriptions",),
        "wrong-status": ("webhooks/over-limit-with-other-status",),
    },
    accepted=True,
)
