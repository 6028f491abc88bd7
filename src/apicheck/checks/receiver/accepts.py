"""A valid delivery is accepted, however its body is written."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Case,
    Check,
    Failure,
    Judgement,
    Outcome,
    Request,
    Script,
    Severity,
    StatusSet,
    Subject,
    Transcript,
    deliveries,
    describe,
    steps,
)
from apicheck.authoring.facts import Webhooks
from apicheck.checks.receiver import _forgeries
from apicheck.checks.receiver._variants import Variant, fill, list_events, list_variants

_SUCCESSFUL = StatusSet(("2xx",))
_OWN = ("unknown-event", "unknown-member")
"""Variants that a provider sends when it has grown; each has an outcome of its own."""
_LATE = "late"
_SPARE = 100
"""Bytes by which the id of a delivery may be longer than what stands for it."""
_SHARE = 10
"""A tenth of the tolerance is what clocks may differ by beside it."""
_SHORTLY_S = {"paddle": 2.0}
"""The age of a late delivery where libraries of the scheme take it for five seconds only."""


def cases(subject: Subject) -> tuple[Case, ...]:
    """A row for each variant, and for one that comes late where the time is signed."""
    if deliveries.receives(subject) is None:
        return ()
    rows = [Case(one.name, one.about) for one in _list(subject)]
    if "time-stale" in deliveries.describe_near_misses(subject):
        rows.append(Case(_LATE, "it was signed before one that came earlier, within the tolerance"))
    return tuple(rows)


def script(subject: Subject) -> Script:
    """Send the variant, signed over its own bytes; then the usual delivery."""
    if subject.row.name == _LATE:
        signature = deliveries.receives(subject)
        age_s = signature.tolerance_s / _SHARE if signature else 0.0
        if signature:
            age_s = min(age_s, _SHORTLY_S.get(signature.scheme, age_s))
        yield from deliveries.deliver(subject)
        usual = deliveries.build_delivery(subject)
        yield from steps.send((yield from steps.sign(usual, age_s=age_s)))
        return
    variant = next(one for one in _list(subject) if one.name == subject.row.name)
    yield from steps.send((yield from steps.sign(variant.request)))
    yield from deliveries.deliver(subject)


def _make_largest(usual: Request, limit: int) -> Iterator[Variant]:
    """A delivery that is as long as its provider may send it, where the usual one is shorter."""
    filled = fill(usual, limit - _SPARE)
    if filled != usual:
        about = f"its body has about {limit} bytes, which the provider may send"
        yield Variant("largest", about, filled)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It must be acknowledged: a sender takes everything else for a failure."""
    sent, webhooks = transcript.exercised[0], _find_facts(subject)
    acknowledged = webhooks.delivery.acknowledged or _SUCCESSFUL
    if sent.status in acknowledged:
        return None
    name = subject.row.name
    outcome = name if name in _OWN else "refused"
    expected = f"{acknowledged}, as the delivery is valid ({subject.row.value})"
    return Failure(outcome, expected, describe(sent), name, sent.id)


def _list(subject: Subject) -> tuple[Variant, ...]:
    usual = deliveries.build_delivery(subject)
    event = str(_find_facts(subject).payload.get("event") or "")
    examples = [one for media in subject.op.body[:1] for one in media.examples[1:]]
    return (
        *list_variants(usual, event),
        *list_events(usual, examples, event),
        *_make_largest(usual, _find_facts(subject).delivery.body_limit_bytes or 0),
    )


def _find_facts(subject: Subject) -> Webhooks:
    webhooks = subject.facts.webhooks
    assert isinstance(webhooks, Webhooks)  # `applies` saw to it
    return webhooks


CHECK = Check(
    title="A valid delivery is accepted, however its body is written",
    failure_title="A valid delivery is not accepted",
    applies=_forgeries.applies_to,
    cases=cases,
    script=script,
    judge=judge,
    reads=(
        *_forgeries.FACTS,
        "webhooks.payload",
        "webhooks.delivery.acknowledged",
        "webhooks.delivery.body_limit",
    ),
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(
        Outcome("refused", Severity.HIGH),
        Outcome("unknown-event", Severity.MEDIUM),
        Outcome("unknown-member", Severity.MEDIUM),
    ),
    proven_by={
        "refused": (
            "receiver/refuses-long-bodies",
            "receiver/refuses-non-ascii",
            "receiver/refuses-what-is-older",
            "receiver/verifies-rewritten-body",
        ),
        "unknown-event": ("receiver/refuses-unknown-events",),
        "unknown-member": ("receiver/refuses-unknown-members",),
    },
    accepted=True,
)
