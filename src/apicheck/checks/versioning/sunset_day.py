"""A deprecated operation is served the day before its sunset, and gone the day after."""

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
    Transcript,
    describe,
    fields,
    judging,
    steps,
)
from apicheck.authoring.facts import Deprecation
from apicheck.checks.versioning._lifecycle import FACT
from apicheck.checks.versioning._visits import (
    HALF_A_DAY_S,
    OTHER_REASONS,
    applies_by_clock,
    find_deprecation,
    needs_deprecation,
    prepare_requests,
)

_GONE = 410


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to operations with a sunset, by the clock."""
    item = needs_deprecation(subject)
    if isinstance(item, NotApplicable):
        return item
    if not item.sunset:
        return NotApplicable("the policy does not say when it ends")
    return applies_by_clock(subject, requests=2 if item.gone else 1)


def script(subject: Subject) -> Script:
    """Send the canonical request the day before the sunset and, where promised, the day after."""
    item = find_deprecation(subject)
    span = fields.parse_instant(item.sunset) if item else None
    if item is None or span is None:
        return
    days = [span[0] - HALF_A_DAY_S, *([span[1] + HALF_A_DAY_S] if item.gone else [])]
    requests = yield from prepare_requests(subject, len(days))
    for day, request in zip(days, requests, strict=True):
        yield from steps.travel(day)
        yield from steps.send(request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when it is gone too early, or is still there."""
    item = find_deprecation(subject)
    if item is None or not transcript.exercised:
        return Inconclusive("nothing was sent")
    before, *after = transcript.exercised
    if _is_gone(subject, item, before):
        due = f"the operation on the day before its sunset, {item.sunset}"
        return Failure("gone-early", due, describe(before), exchange=before.id)
    if not before.succeeded:
        return Inconclusive(f"the day before the sunset: {describe(before)}, for another reason")
    for exchange in after:
        if (judgement := _judge_after(item, exchange)) is not None:
            return judgement
    return None


def _is_gone(subject: Subject, item: Deprecation, exchange: Exchange) -> bool:
    """Whether a response says that the operation is gone, and not merely that an object is."""
    promised = item.gone is not None and exchange.status in item.gone.statuses
    return exchange.status == _GONE or (promised and "{" not in subject.op.path)


def _judge_after(item: Deprecation, exchange: Exchange) -> Judgement:
    if item.gone is None or exchange.status in item.gone.statuses:
        return None
    due = f"{judging.expected_text(item.gone)} on the day after its sunset, {item.sunset}"
    if exchange.succeeded:
        return Failure("served", due, describe(exchange), exchange=exchange.id)
    if exchange.status in OTHER_REASONS:
        return Inconclusive(f"the day after the sunset: {describe(exchange)}, for another reason")
    return Failure("wrong-status", due, describe(exchange), exchange=exchange.id)


CHECK = Check(
    title="A deprecated operation is served to its last day, and not longer",
    failure_title="A deprecated operation ends before or after its sunset",
    applies=applies,
    script=script,
    judge=judge,
    reads=(FACT,),
    standards=("rfc8594#3", "rfc9745#5", "rfc9110#15.5.11"),
    accepted=True,
    outcomes=(
        Outcome("gone-early", Severity.HIGH),
        Outcome("served", Severity.LOW),
        Outcome("wrong-status", Severity.LOW),
    ),
    proven_by={
        "gone-early": ("versioning/gone-a-day-early",),
        "served": ("versioning/served-after-its-sunset",),
        "wrong-status": ("versioning/gone-answered-with-other-status",),
    },
)
