"""The id of a delivery tells its event apart from every other, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence

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
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
)
from apicheck.authoring.facts import Webhooks
from apicheck.checks.webhooks import _arrivals, _hooks, _marks, _retries

_REFUSED = 503


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says where a delivery has its id."""
    webhooks = subject.facts.webhooks
    if isinstance(webhooks, Webhooks) and not (webhooks.id or webhooks.id_pointer):
        return NotApplicable("the policy does not say where a delivery has its id")
    if obstacle := _hooks.find_obstacle(subject):
        return obstacle
    repeats = _retries.find_obstacle(subject) is None
    return _hooks.make_applies(
        subject,
        "webhooks.id",
        "webhooks.payload",
        requests=3,
        waits=_retries.longest_wait(subject) if repeats else 0.0,
        moves_clock=repeats,
    )


def script(subject: Subject) -> Script:
    """Have one event delivered twice, where it is repeated, and then another."""
    event = _hooks.list_events(subject)[0]
    repeats = _retries.find_obstacle(subject) is None
    hook = yield from _hooks.subscribe(subject, event, respond=_REFUSED if repeats else 200)
    yield from _marks.cause(subject, event)
    first = yield from _arrivals.expect(subject, hook, event)
    if repeats:
        yield from _retries.await_retry(subject, hook, first, respond=200)
    yield from _hooks.cause(subject, event)
    yield from _arrivals.expect(subject, hook, event, "second")


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Each delivery must have an id: the same when it is repeated, another for another event."""
    webhooks = _hooks.facts_of(subject)
    causes = [one for one in transcript.exercised if one.direction is Direction.OUT]
    came = _hooks.deliveries(transcript, 0)
    before = [one for one in came if one.sent_at < causes[-1].sent_at]
    after = [one for one in came if one not in before]
    where = webhooks.id.get("header") or webhooks.id_pointer
    for delivery in came:
        if not _hooks.read_id(webhooks, delivery):
            return Failure("absent", f"an id in {where}", "none", where, delivery.id)
    if not before or not after:
        # Other scripts cause events meanwhile: two that have different ids are two events.
        differ = len({_hooks.read_id(webhooks, one) for one in came}) > 1
        return None if differ else Inconclusive("two events were not delivered")
    first, other = _hooks.read_id(webhooks, before[0]), _hooks.read_id(webhooks, after[0])
    if first == other:
        expected = "another id for another event"
        return Failure("repeated", expected, f"{other} again", where, after[0].id)
    for retry in _select_retries(subject, transcript, before):
        again = _hooks.read_id(webhooks, retry)
        if again != first:
            expected = f"{first} again, as the delivery is repeated"
            return Failure("changed", expected, again, where, retry.id)
    return None


def _select_retries(
    subject: Subject, transcript: Transcript, before: Sequence[Exchange]
) -> tuple[Exchange, ...]:
    """Select what repeats the first delivery, whatever its id is.

    Other scripts may cause events meanwhile, which may say the same, but not the object's mark.
    """
    if not _retries.list_gaps(subject):
        return ()
    if _hooks.has_clock(subject):
        return _hooks.repetitions(subject, before)[1:]
    marks = _marks.list_marks(subject, _hooks.list_events(subject)[0], transcript, 0)
    mark = next((mark for mark in marks if _marks.shows(before[0], mark)), "")
    return tuple(one for one in before[1:] if mark and _marks.shows(one, mark))


CHECK = Check(
    title="The id of a delivery is that of its event",
    failure_title="The id of a delivery does not tell its event",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.id", "webhooks.payload.id", "webhooks.delivery.retries"),
    standards=("standard-webhooks-1.0.0",),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("repeated", Severity.HIGH),
        Outcome("changed", Severity.HIGH),
    ),
    proven_by={
        "absent": ("webhooks/omits-id",),
        "repeated": ("webhooks/same-id-for-all",),
        "changed": ("webhooks/new-id-for-each-attempt",),
    },
    accepted=True,
)
