"""A delivery that is not acknowledged is repeated, whatever came instead."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Direction,
    Exchange,
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
from apicheck.authoring.facts import Event
from apicheck.checks.webhooks import _arrivals, _hooks, _marks, _retries

_REFUSALS = (500, 429, 404)
_SUCCESSES = (202, 204)
_CLOSED: Mapping[str, Json] = {"respond": 0}
_SILENT: Mapping[str, Json] = {"respond": 0, "hold": True}
_DOWN: Mapping[str, Json] = {"closed": True}
_TRIED_S = 0.1
"""Real seconds in which a delivery is attempted, once another of the same event has come."""


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
    if "closed_port" in subject.context.capabilities:
        rows.append(Case("refuses the connection", dict(_DOWN)))
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
    if reaction.get("closed"):
        yield from _refuse(subject, event)
        return
    hook = yield from _hooks.subscribe(subject, event, **reaction)
    yield from _hooks.cause(subject, event)
    first = yield from _arrivals.expect(subject, hook, event)
    if reaction.get("hold"):
        seconds = (_hooks.facts_of(subject).delivery.timeout_s or 0.0) + 1.0
        yield from steps.wait(seconds, "a receiver may take as long before it responds")
    yield from _retries.await_retry(subject, hook, first, respond=200)


def _refuse(subject: Subject, event: Event) -> Script:
    """Refuse the connection, until another URL has got the event; then wait for the first retry."""
    witness = yield from _hooks.subscribe(subject, event)
    hook = yield from _hooks.subscribe(subject, event, closed=True)
    caused = yield from _marks.cause(subject, event)
    seen = yield from _arrivals.expect(subject, witness, event)
    yield from steps.receive(hook.path, 1, _TRIED_S)
    yield from steps.receive(hook.path, 1, 0.0, 200)
    seconds = _retries.longest_wait(subject)
    if _hooks.has_clock(subject):
        yield from steps.wait(seconds, "a delivery is repeated")
        seconds = _retries.PATIENCE_S
    marks = [m for m in _marks.find_marks(subject, event, caused) if _marks.shows(seen, m)]
    for _ in range(_arrivals.MANY):  # other scripts cause events too, and those come at once
        came = yield from steps.receive(hook.path, 1, seconds)
        if not came or not marks or any(_marks.shows(one, marks[0]) for one in came):
            return


def _judge_refused(subject: Subject, transcript: Transcript) -> Judgement:
    """The event must come once connections are accepted, if a retry was still to come then."""
    event = _hooks.list_events(subject)[0]
    seen, came = (_marks.deliveries_of_last(subject, event, transcript, n, 0) for n in (0, 1))
    caused = [one for one in transcript.exercised if one.direction is Direction.OUT]
    if came:
        return None
    if not seen or not caused:
        return Inconclusive("the event was not delivered to the other URL either")
    if seen[0].sent_at - caused[0].sent_at + 2 * _TRIED_S >= _retries.list_gaps(subject)[0]:
        return Inconclusive("the first retry may have been made before connections were accepted")
    return _fail(subject, seen[0])


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A second delivery must come to the same URL."""
    came = _hooks.deliveries(transcript, 0)
    if not came:
        return Inconclusive("nothing was delivered")
    if subject.row.value.get("closed"):
        return _judge_refused(subject, transcript)
    if len(_hooks.repetitions(subject, came)) > 1:
        return None
    return _fail(subject, came[0])


def _fail(subject: Subject, shown: Exchange) -> Failure:
    gap = _retries.list_gaps(subject)[0]
    seconds = _retries.longest_wait(subject)
    return Failure(
        "absent",
        f"the delivery again after {gap:g} s, as the receiver {subject.row.name}",
        f"nothing in {seconds:g} s",
        subject.row.name,
        shown.id,
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
            "webhooks/gives-up-on-who-is-down",
        ),
    },
    accepted=True,
)
