"""A delivery is acknowledged before its sender gives up."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    deliveries,
    describe,
    steps,
)
from apicheck.authoring.facts import Webhooks
from apicheck.checks.receiver import _forgeries
from apicheck.checks.receiver._variants import lengthen

_TIMES, _LATE_AT_MOST = 30, 1
"""With one late delivery of 30, 95 % are still in time."""
_FACT = "webhooks.delivery.timeout"
_NO_DEADLINE = NotApplicable("the policy does not say when the sender gives up")


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy says when the sender gives up."""
    found = _forgeries.applies_to(subject)
    if isinstance(found, NotApplicable):
        return found
    if _find_deadline(subject) is None:
        return _NO_DEADLINE
    return Applies(requests=_TIMES, facts=(_FACT,))


def script(subject: Subject) -> Script:
    """Send longer deliveries than the usual one: processing them takes longer too.

    Ends when one is refused, or when so many are late that the others cannot help.
    """
    request = lengthen(deliveries.build_delivery(subject))
    late = 0
    for _ in range(_TIMES):
        sent = yield from steps.send((yield from steps.sign(request)))
        late += _is_late(subject, sent)
        if late > _LATE_AT_MOST or _is_refused(subject, sent):
            return


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """95 % must be acknowledged in time; a single late one may be a matter of the network."""
    sent, deadline = transcript.exercised, _find_deadline(subject)
    refused = next((one for one in sent if _is_refused(subject, one)), None)
    if refused is not None:
        return Inconclusive(f"a longer delivery was not accepted ({describe(refused)})")
    late = [one for one in sent if _is_late(subject, one)]
    if len(late) <= _LATE_AT_MOST:
        return None
    expected = f"2xx within {deadline:g} s for {_TIMES - _LATE_AT_MOST} of {_TIMES} deliveries"
    actual = f"{len(late)} of {len(sent)} late, the last of them after {_measure(late[-1]):.1f} s"
    return Failure("late", expected, actual, exchange=late[-1].id)


def learn(_: Subject, transcript: Transcript) -> str:
    """How long they took."""
    took = sorted(map(_measure, transcript.exercised))
    return f"the slowest but one took {1000 * took[-2]:.0f} ms" if len(took) == _TIMES else ""


def _is_refused(subject: Subject, exchange: Exchange) -> bool:
    """Whether it was not accepted, in time: what comes later its sender does not see."""
    return not exchange.succeeded and not _is_late(subject, exchange)


def _is_late(subject: Subject, exchange: Exchange) -> bool:
    return _measure(exchange) > (_find_deadline(subject) or 0.0)


def _measure(exchange: Exchange) -> float:
    return exchange.received_at - exchange.sent_at


def _find_deadline(subject: Subject) -> float | None:
    webhooks = subject.facts.webhooks
    return webhooks.delivery.timeout_s if isinstance(webhooks, Webhooks) else None


CHECK = Check(
    title="A delivery is acknowledged before its sender gives up",
    failure_title="A delivery is acknowledged when its sender has given up",
    applies=applies,
    script=script,
    judge=judge,
    learn=learn,
    reads=(*_forgeries.FACTS, _FACT),
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(Outcome("late", Severity.HIGH),),
    proven_by={"late": ("receiver/works-before-it-responds", "receiver/pauses-at-times")},
    accepted=True,
)
