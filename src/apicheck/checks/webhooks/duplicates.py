"""What was acknowledged does not come again, where the policy promises that."""

from __future__ import annotations

from itertools import combinations

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
    steps,
)
from apicheck.authoring.facts import Webhooks
from apicheck.checks.webhooks import _arrivals, _hooks, _marks, _retries

_WATCHED_S = 1.0
"""Real seconds in which a second delivery may come."""
_LATER_S = 60.0
"""Seconds of the target's clock in which it may come, where no retries are promised."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy promises that nothing comes twice."""
    webhooks = subject.facts.webhooks
    promised = webhooks.delivery.duplicates if isinstance(webhooks, Webhooks) else "never"
    if promised == "possible":
        return NotApplicable("the policy says that deliveries may come twice")
    if promised is None:
        return NotApplicable("the policy does not say that nothing comes twice")
    return _hooks.find_obstacle(subject) or _hooks.make_applies(
        subject, "webhooks.delivery.duplicates", requests=2, waits=_WATCHED_S, moves_clock=True
    )


def script(subject: Subject) -> Script:
    """Subscribe, cause the event, acknowledge its delivery, and see whether it comes again."""
    event = _hooks.list_events(subject)[0]
    hook = yield from _hooks.subscribe(subject, event)
    yield from _marks.cause(subject, event)
    yield from _arrivals.expect(subject, hook, event)
    watched = _WATCHED_S
    if _hooks.has_clock(subject):
        seconds = 2 * max(_retries.list_gaps(subject), default=_LATER_S)
        yield from steps.wait(seconds, "a delivery may be repeated")
        watched = _arrivals.SETTLED_S
    yield from steps.receive(hook.path, _arrivals.MANY, watched)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """No id may come twice, nor what the delivery of the event says.

    Without an id, events of other scripts are told from the own one by the text of its object.
    """
    webhooks, event = _hooks.facts_of(subject), _hooks.list_events(subject)[0]
    came = _hooks.deliveries(transcript, 0)
    marks = _marks.list_marks(subject, event, transcript)
    own = [one for one in came if any(_marks.shows(one, mark) for mark in marks)]
    ids = [_hooks.read_id(webhooks, one) for one in came]
    if not own and not any(ids):
        return Inconclusive("no delivery tells that it is of the event that was caused")
    repeated = [two for two, known in zip(came, ids, strict=True) if known and ids.count(known) > 1]
    repeated += [two for one, two in combinations(own, 2) if _hooks.says_same(webhooks, one, two)]
    if not repeated:
        return None
    expected = "one delivery, as the receiver acknowledged it with 200"
    return Failure("repeated", expected, "the delivery again", exchange=repeated[-1].id)


CHECK = Check(
    title="An acknowledged delivery does not come twice",
    failure_title="An acknowledged delivery comes twice",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.delivery.duplicates",),
    outcomes=(Outcome("repeated", Severity.MEDIUM),),
    proven_by={"repeated": ("webhooks/delivers-twice",)},
    accepted=True,
)
