"""Events are delivered in the order in which they happened."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from apicheck.authoring import (
    Applies,
    Check,
    Direction,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Recipe,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    steps,
)
from apicheck.authoring.facts import Event, Webhooks
from apicheck.checks.webhooks import _arrivals, _hooks, _marks

_TIMES = 4
_PAUSE_S = 0.4
"""How long the listener takes for a response, so that deliveries one after the other are apart."""
_PAUSE_NEAR_S = 0.1
"""The same, where the target's clock can be moved: a test system, which is near."""
_OF_OBJECT = NotTested(
    NotTestedKind.NEEDS_REQUEST,
    "the run can cause no event that changes an object it has made",
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy promises an order."""
    webhooks = subject.facts.webhooks
    if isinstance(webhooks, Webhooks) and webhooks.delivery.order in (None, "none"):
        return NotApplicable("the policy promises no order of deliveries")
    if obstacle := _hooks.find_obstacle(subject):
        return obstacle
    if _choose_event(subject) is None:
        return _OF_OBJECT
    return _hooks.make_applies(
        subject,
        "webhooks.delivery.order",
        requests=1 + _TIMES,
        waits=_TIMES * _get_pause(subject),
        moves_clock=True,
    )


def _choose_event(subject: Subject) -> Event | None:
    """An event to cause; about an object that is there already, where objects count apart."""
    for event in _hooks.list_events(subject):
        recipe = subject.context.recipes[event.cause]
        needs = recipe.needs if isinstance(recipe, Recipe) else ()
        if not _is_per_object(subject) or any(need.place == "path" for need in needs):
            return event
    return None


def _is_per_object(subject: Subject) -> bool:
    return _hooks.facts_of(subject).delivery.order == "per-object"


def _get_pause(subject: Subject) -> float:
    return _PAUSE_NEAR_S if _hooks.has_clock(subject) else _PAUSE_S


def script(subject: Subject) -> Script:
    """Cause an event again and again, and receive slowly until all have come."""
    event = _choose_event(subject)
    assert event is not None  # see `applies`
    hook = yield from _hooks.subscribe(subject, event, pause=_get_pause(subject))
    caused: list[Exchange] = []
    if _is_per_object(subject):
        caused += yield from _marks.cause_about_one(subject, event, _TIMES)
    else:
        for _ in range(_TIMES):
            caused.append((yield from _marks.cause(subject, event)))
    marks = [_marks.find_marks(subject, event, one) for one in caused]
    patience = _arrivals.get_patience(subject) + _get_pause(subject)
    came: list[Exchange] = []
    while len(_read_order(marks, came)) < _TIMES and len(came) < _arrivals.MANY:
        more = yield from steps.receive(hook.path, 1, patience)
        if not more:
            return
        came += more


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Each must come after those that happened before it.

    Deliveries that are under way at the same time may overtake each other in a network.
    """
    event = _choose_event(subject)
    assert event is not None  # see `applies`
    caused = [one for one in transcript.exercised if one.direction is Direction.OUT]
    marks = [_marks.find_marks(subject, event, one) for one in caused]
    arrived = _read_order(marks, _hooks.deliveries(transcript, 0))
    if len(arrived) < _TIMES:
        return Inconclusive(f"{len(arrived)} of {_TIMES} events were seen to be delivered")
    one_by_one = all(
        after.sent_at - before.sent_at >= _get_pause(subject) / 2
        for (_, before), (_, after) in pairwise(arrived)
    )
    overtaken = [(after, before) for before, after in pairwise(arrived) if after[0] < before[0]]
    if not overtaken:
        return None
    for (number, late), (other, early) in overtaken:
        if one_by_one or late.sent_at - early.sent_at > _arrivals.MARGIN_S:
            expected = f"event {number + 1} of {_TIMES}, and event {other + 1} after it"
            actual = f"event {other + 1} before event {number + 1}"
            return Failure("out-of-order", expected, actual, exchange=late.id)
    return Inconclusive("deliveries under way at the same time came in another order")


def _read_order(
    marks: Sequence[tuple[str, ...]], came: Sequence[Exchange]
) -> tuple[tuple[int, Exchange], ...]:
    """(number of the event, its first delivery), as they came."""
    found: dict[int, Exchange] = {}
    for delivery in came:
        for number, own in enumerate(marks):
            if any(_marks.shows(delivery, mark) for mark in own):
                found.setdefault(number, delivery)
    return tuple(found.items())


CHECK = Check(
    title="Events are delivered in their order",
    failure_title="Events are delivered in another order than theirs",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.delivery.order",),
    outcomes=(Outcome("out-of-order", Severity.MEDIUM),),
    proven_by={"out-of-order": ("webhooks/delivers-newest-first",)},
    accepted=True,
)
