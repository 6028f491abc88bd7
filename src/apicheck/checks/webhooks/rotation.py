"""After a rotation, the new secret signs, and the old one for as long as promised."""

from __future__ import annotations

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
    applying,
    describe,
    pointers,
    steps,
)
from apicheck.authoring.facts import Signature, Subscriptions, Webhooks
from apicheck.checks.webhooks import _arrivals, _hooks

_LEEWAY_S, _LEAST_S = 60.0, 2.0
"""A secret may die so much later than promised, but not longer than twice as late, and so much at
least: servers keep keys in caches."""
_LONGEST_S = 30.0
"""Waited for real, where no clock can be moved."""
_SIGN_TWICE = ("standard-webhooks", "stripe", "paddle")
"""Schemes in which a delivery can have a signature of each of two secrets."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the API rotates the secret of a subscription, and the policy promises a signature."""
    webhooks = subject.facts.webhooks
    subscriptions = webhooks.subscriptions if isinstance(webhooks, Webhooks) else None
    if isinstance(webhooks, Webhooks) and not (subscriptions and subscriptions.rotate):
        return NotApplicable("the policy names no operation that rotates a secret")
    if isinstance(webhooks, Webhooks) and not isinstance(webhooks.signature, Signature):
        return NotApplicable("the policy promises no signature")
    if obstacle := _hooks.find_obstacle(subject, by_api=True):
        return obstacle
    assert subscriptions is not None  # see above
    waits = _find_end(subscriptions)
    if waits > _LONGEST_S and not _hooks.has_clock(subject):
        why = f"the old secret may sign for {waits:g} s, and the target's clock cannot be moved"
        return applying.needs_control(why, "clock")
    facts = ["webhooks.subscriptions.rotate"]
    facts += ["webhooks.subscriptions.overlap"] if subscriptions.overlap_s is not None else []
    return _hooks.make_applies(subject, *facts, requests=4, waits=waits, moves_clock=True)


def script(subject: Subject) -> Script:
    """Subscribe, rotate the secret, cause the event; again when the old secret has had its time."""
    event, subscriptions = _hooks.list_events(subject)[0], _hooks.facts_of(subject).subscriptions
    assert subscriptions is not None  # see `applies`
    hook = yield from _hooks.subscribe(subject, event)
    rotated = yield from steps.send(_hooks.request_about(subject, subscriptions.rotate, hook))
    if not rotated.succeeded:
        steps.end_script(Inconclusive(f"{subscriptions.rotate} got {describe(rotated)}"))
    yield from _hooks.cause(subject, event)
    yield from _arrivals.expect(subject, hook, event)
    if seconds := _find_end(subscriptions):
        yield from steps.wait(seconds, "a secret that was rotated may still sign")
        yield from _hooks.cause(subject, event)
        yield from _arrivals.expect(subject, hook, event, "second")


def _find_end(subscriptions: Subscriptions) -> float:
    """Seconds after which the old secret is dead; 0 where none, or an unknown time, is promised."""
    overlap = subscriptions.overlap_s or 0.0
    return overlap + max(_LEAST_S, min(_LEEWAY_S, overlap)) if overlap else 0.0


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The new secret must sign every delivery; the old one those within the overlap alone."""
    subscriptions = _hooks.facts_of(subject).subscriptions
    assert subscriptions is not None  # see `applies`
    old = _find_secret(subject, transcript, subscriptions.create)
    new = _find_secret(subject, transcript, subscriptions.rotate)
    if not old or not new or old == new:
        return Inconclusive(f"no other secret is at {subscriptions.secret} after the rotation")
    sent = [one for one in transcript.exercised if one.direction is Direction.OUT]
    rotated = next(one for one in sent if one.request.operation == subscriptions.rotate)
    overlap = subscriptions.overlap_s
    came = _hooks.deliveries(transcript, 0)
    for delivery in came:
        passed = delivery.sent_at - rotated.received_at
        within = bool(overlap) and passed <= (overlap or 0.0)
        late = overlap is not None and passed > _find_end(subscriptions)
        if failure := _judge_one(subject, delivery, old, new, within=within, late=late):
            return failure
    if len(came) < (2 if overlap else 1):
        return Inconclusive("not every delivery came")
    return None


def _judge_one(
    subject: Subject, delivery: Exchange, old: str, new: str, *, within: bool, late: bool
) -> Judgement:
    """within: both secrets must sign. late: the old one may not."""
    signature, overlap = _hooks.facts_of(subject).signature, _describe_overlap(subject)
    assert isinstance(signature, Signature)  # see `applies`
    valid = {seen.about for seen in delivery.observed("signature") if seen.value == "valid"}
    if not valid & ({old, new} if within else {new}):
        expected, actual = "a signature with the new secret", "none"
        if old in valid:
            actual = "one with the old secret alone"
        return Failure("new-unused", expected, actual, exchange=delivery.id)
    if within and signature.scheme in _SIGN_TWICE and not {old, new} <= valid:
        outcome, missing = ("new-unused", "new") if old in valid else ("old-dropped", "old")
        expected = f"signatures with both secrets {overlap}"
        return Failure(outcome, expected, f"none with the {missing} one", exchange=delivery.id)
    if late and old in valid:
        expected = f"no signature with the old secret later than {overlap}"
        return Failure("old-alive", expected, "one with the old secret", exchange=delivery.id)
    return None


def _describe_overlap(subject: Subject) -> str:
    subscriptions = _hooks.facts_of(subject).subscriptions
    seconds = subscriptions.overlap_s if subscriptions else None
    return f"{seconds:g} s after the rotation" if seconds else "the rotation"


def _find_secret(subject: Subject, transcript: Transcript, operation: str) -> str:
    """The placeholder of the secret that an operation has handed out, "" where it has not."""
    subscriptions = _hooks.facts_of(subject).subscriptions
    for exchange in transcript.exchanges:
        if subscriptions and exchange.request.operation == operation and exchange.succeeded:
            value = pointers.at(exchange.json_or(), subscriptions.secret)
            if isinstance(value, str):
                return value
    return ""


CHECK = Check(
    title="After a rotation, secrets sign as long as promised",
    failure_title="After a rotation, secrets do not sign as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.subscriptions.rotate", "webhooks.subscriptions.overlap"),
    standards=("standard-webhooks-1.0.0",),
    outcomes=(
        Outcome("new-unused", Severity.HIGH),
        Outcome("old-dropped", Severity.MEDIUM),
        Outcome("old-alive", Severity.HIGH),
    ),
    proven_by={
        "new-unused": ("webhooks/new-secret-does-not-sign",),
        "old-dropped": ("webhooks/old-secret-dies-at-once",),
        "old-alive": ("webhooks/old-secret-signs-for-ever",),
    },
    accepted=True,
)
