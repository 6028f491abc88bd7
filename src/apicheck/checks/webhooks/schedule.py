"""Retries come when the policy says, and as often."""

from __future__ import annotations

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
    steps,
)
from apicheck.checks.webhooks import _arrivals, _hooks, _retries

_EARLY = 0.5
"""A retry before half of its gap has passed is too early: servers spread retries, but not so."""
_REFUSED = 503


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy promises retries, and their times can be gone through."""
    gaps = _retries.list_gaps(subject)
    waits = sum(_retries.longest_wait(subject, n) for n in range(len(gaps)))
    waits += _retries.longest_wait(subject, -1) if gaps else 0.0
    return _retries.find_obstacle(subject, waits=waits) or _hooks.make_applies(
        subject, "webhooks.delivery.retries", requests=2, waits=waits, moves_clock=True
    )


def script(subject: Subject) -> Script:
    """Subscribe, cause the event, refuse each attempt, and go through the times of the schedule."""
    event = _hooks.list_events(subject)[0]
    hook = yield from _hooks.subscribe(subject, event, respond=_REFUSED)
    yield from _hooks.cause(subject, event)
    first = yield from _arrivals.expect(subject, hook, event)
    gaps = _retries.list_gaps(subject)
    for number, gap in enumerate(gaps):
        if _hooks.has_clock(subject):
            yield from steps.wait(gap * _EARLY / 2, "a delivery is repeated")
            if (yield from steps.receive(hook.path, 1, 0.0)):
                continue
        if not (yield from _retries.await_retry(subject, hook, first, number)):
            return
    if _hooks.has_clock(subject):
        yield from steps.wait(2 * max(gaps), "a delivery is repeated no more")
        yield from _arrivals.see_more(subject, hook)
    else:
        yield from steps.receive(hook.path, 1, _retries.longest_wait(subject, -1))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Each promised retry must come, none before its time, and none beyond the last."""
    gaps, came = _retries.list_gaps(subject), _hooks.deliveries(transcript, 0)
    if not came:
        return Inconclusive("nothing was delivered")
    came = _hooks.repetitions(subject, came)
    for number, (gap, before, after) in enumerate(zip(gaps, came, came[1:], strict=False), 1):
        passed = after.sent_at - before.sent_at
        if passed < gap * _EARLY:
            if _hooks.may_be_of_another(subject, after):
                return Inconclusive("without an id, a retry and another event look alike")
            return _fail("early", number, gap, f"it came after {passed:.1f} s", after)
    if len(came) <= len(gaps):
        gap, seconds = gaps[len(came) - 1], _retries.longest_wait(subject, len(came) - 1)
        return _fail("missing", len(came), gap, f"nothing came in {seconds:g} s", came[-1])
    if len(came) > len(gaps) + 1 and not _hooks.may_be_of_another(subject, came[0]):
        expected = f"{len(gaps)} retries, and then no more"
        return Failure("excessive", expected, "another one", exchange=came[len(gaps) + 1].id)
    return None


def _fail(outcome: str, number: int, gap: float, actual: str, shown: Exchange) -> Failure:
    expected = f"retry {number} {gap:g} s after the attempt before it"
    return Failure(outcome, expected, actual, exchange=shown.id)


CHECK = Check(
    title="Retries keep to the promised schedule",
    failure_title="Retries do not keep to the promised schedule",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.delivery.retries",),
    outcomes=(
        Outcome("early", Severity.MEDIUM),
        Outcome("missing", Severity.MEDIUM),
        Outcome("excessive", Severity.LOW),
    ),
    proven_by={
        "early": ("webhooks/repeats-at-once",),
        "missing": ("webhooks/repeats-late", "webhooks/repeats-once"),
        "excessive": ("webhooks/repeats-for-ever",),
    },
    accepted=True,
)
