"""A delivery that is not acknowledged is repeated, whatever came instead."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Inconclusive,
    Json,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    steps,
)
from apicheck.checks.webhooks import _arrivals, _hooks, _retries

_REFUSALS = (500, 429, 404)
_SUCCESSES = (202, 204)
_CLOSED: Mapping[str, Json] = {"respond": 0}
_SILENT: Mapping[str, Json] = {"respond": 0, "hold": True}


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy promises retries, of which the first can be waited for."""
    waits = _retries.longest_wait(subject) if _retries.list_gaps(subject) else 0.0
    return _retries.find_obstacle(subject) or _hooks.make_applies(
        subject,
        "webhooks.delivery.retries",
        "webhooks.delivery.acknowledged",
        requests=2,
        waits=waits,
        moves_clock=True,
    )


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each way not to acknowledge a delivery."""
    delivery = _hooks.facts_of(subject).delivery
    rows = [Case("closes the connection", dict(_CLOSED))]
    if delivery.timeout_s is not None and _hooks.has_clock(subject):
        rows.append(Case("sends no response", dict(_SILENT)))
    acknowledged, ended = delivery.acknowledged, delivery.ends_on or ()
    statuses = (*_REFUSALS, *_SUCCESSES) if acknowledged else _REFUSALS[:1]
    rows += [
        Case(f"responds {status}", {"respond": status})
        for status in statuses
        if status not in (acknowledged or ()) and status not in ended
    ]
    return tuple(rows)


def script(subject: Subject) -> Script:
    """Subscribe, cause the event, do not acknowledge it, and wait for the first retry."""
    reaction = subject.row.value
    event = _hooks.list_events(subject)[0]
    hook = yield from _hooks.subscribe(subject, event, **reaction)
    yield from _hooks.cause(subject, event)
    first = yield from _arrivals.expect(subject, hook, event)
    if reaction.get("hold"):
        seconds = (_hooks.facts_of(subject).delivery.timeout_s or 0.0) + 1.0
        yield from steps.wait(seconds, "a receiver may take as long before it responds")
    yield from _retries.await_retry(subject, hook, first, respond=200)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A second delivery must come to the same URL."""
    came = _hooks.deliveries(transcript, 0)
    if not came:
        return Inconclusive("nothing was delivered")
    if len(_hooks.repetitions(subject, came)) > 1:
        return None
    gap = _retries.list_gaps(subject)[0]
    seconds = _retries.longest_wait(subject)
    return Failure(
        "absent",
        f"the delivery again after {gap:g} s, as the receiver {subject.row.name}",
        f"nothing in {seconds:g} s",
        subject.row.name,
        came[0].id,
    )


CHECK = Check(
    title="A delivery that is not acknowledged is repeated",
    failure_title="A delivery that is not acknowledged is not repeated",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=(
        "webhooks.delivery.retries",
        "webhooks.delivery.acknowledged",
        "webhooks.delivery.timeout",
    ),
    outcomes=(Outcome("absent", Severity.HIGH),),
    proven_by={
        "absent": (
            "webhooks/never-repeats",
            "webhooks/gives-up-on-client-errors",
            "webhooks/gives-up-on-429",
            "webhooks/takes-silence-for-acknowledged",
            "webhooks/takes-closed-connection-for-acknowledged",
        ),
    },
    accepted=True,
)
