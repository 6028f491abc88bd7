"""Every delivery of an event is signed, as promised, with the subscription's secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Check,
    Direction,
    Exchange,
    Failure,
    Inconclusive,
    Json,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Request,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    SubjectKind,
    Transcript,
    build,
    describe,
    pointers,
    steps,
)
from apicheck.authoring.facts import Signature, Subscriptions, Webhooks

_WITHIN_S = 5.0
_LISTEN = '[webhooks]\nlisten = "127.0.0.1:0"'
_WORST_FIRST = ("absent", "invalid", "stale")


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every event whose cause is known, where the policy promises a signature."""
    webhooks, event = _facts(subject), subject.event
    assert event is not None  # an event is the subject
    if not isinstance(webhooks.signature, Signature):
        return NotApplicable("the policy promises no signature")
    if subject.operation is None:
        reason = f"no operation is known that causes {event.name}"
        return NotTested(NotTestedKind.NEEDS_REQUEST, reason)
    if "listener" not in subject.context.capabilities:
        return NotTested(NotTestedKind.NEEDS_LISTENER, "there is no webhook listener", _LISTEN)
    if webhooks.subscriptions is None and "subscribe_by_hand" not in subject.context.capabilities:
        reason = "webhooks are set up outside the API, and nobody told it where our listener is"
        return NotTested(NotTestedKind.NEEDS_LISTENER, reason)
    return Applies(requests=2, facts=(subject.fact, "webhooks.signature"))


def script(subject: Subject) -> Script:
    """Subscribe to the event, cause it, receive what is delivered."""
    subscriptions, event = _facts(subject).subscriptions, subject.event
    assert event is not None  # an event is the subject
    hook = yield from steps.ask("listener")
    if hook is None:
        steps.end_script(
            NotTested(NotTestedKind.NEEDS_LISTENER, "there is no webhook listener", _LISTEN)
        )
    if subscriptions is None:
        told = yield from steps.ask("subscribe_by_hand", url=hook["url"], events=[event.name])
        if told is None:
            reason = "nobody could tell the target where our listener is"
            steps.end_script(NotTested(NotTestedKind.NEEDS_LISTENER, reason))
    else:
        yield from _subscribed(subject, subscriptions, hook["url"], event.name)
    request = yield from build.valid_request(subject)
    yield from steps.send(request)
    yield from steps.receive(hook["path"], within_s=_WITHIN_S)


def _subscribed(
    subject: Subject, subscriptions: Subscriptions, url: str, event: str
) -> Steps[None]:
    request = yield from build.valid_request(subject, subscriptions.create)
    answer = yield from steps.send(_to(request, subscriptions, url, event), Role.SETUP)
    if not answer.succeeded:
        reason = f"no subscription was accepted ({describe(answer)})"
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, reason))


def _to(request: Request, subscriptions: Subscriptions, url: str, event: str) -> Request:
    """A request that subscribes, for our listener and the event in question."""
    body: Json = json.loads(request.body or b"{}")
    body = pointers.with_value(body, subscriptions.url, url)
    if subscriptions.events:
        given = pointers.at(body, subscriptions.events)
        body = pointers.with_value(
            body, subscriptions.events, event if isinstance(given, str) else [event]
        )
    return replace(request, body=json.dumps(body, separators=(",", ":")).encode())


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Every delivery must be valid for the secret of the subscription that it belongs to."""
    sent = [x for x in transcript.exercised if x.direction is Direction.OUT]
    deliveries = [x for x in transcript.exchanges if x.direction is Direction.IN]
    if not deliveries:
        caused = describe(sent[-1]) if sent else "nothing"
        return Inconclusive(f"nothing was delivered in {_WITHIN_S:g} s ({caused} caused it)")
    secret = next(_secrets(subject, transcript), "")
    signature = _facts(subject).signature
    assert isinstance(signature, Signature)  # applies() saw to it
    for delivery in deliveries:
        words = {
            observation.value
            for observation in delivery.observed("signature")
            if not secret or observation.about == secret
        }
        if not words:
            return Inconclusive("the secret with which deliveries are signed is not known")
        if "valid" not in words:
            word = next((w for w in _WORST_FIRST if w in words), "invalid")
            return _fails(word, signature, delivery)
    return None


def _fails(word: str, signature: Signature, delivery: Exchange) -> Failure:
    actual = {
        "absent": "no signature",
        "invalid": "a signature that does not fit body and secret",
        "stale": f"a timestamp more than {signature.tolerance_s:g} s away",
    }[word]
    return Failure(word, f"a valid {signature.scheme} signature", actual, exchange=delivery.id)


def _secrets(subject: Subject, transcript: Transcript) -> Iterator[str]:
    """Placeholders of the subscription's secret: from the answer that created it, or by hand."""
    subscriptions = _facts(subject).subscriptions
    for exchange in transcript.exchanges:
        created = subscriptions and exchange.request.operation == subscriptions.create
        if subscriptions and created and exchange.succeeded:
            value = pointers.at(exchange.json_or(), subscriptions.secret)
            if isinstance(value, str):
                yield value
    for answer in transcript.answers:
        if isinstance(answer, Mapping) and isinstance(answer.get("secret"), str):
            yield answer["secret"]


def _facts(subject: Subject) -> Webhooks:
    webhooks = subject.facts.webhooks
    assert isinstance(webhooks, Webhooks)  # an event of theirs is the subject
    return webhooks


CHECK = Check(
    title="Webhooks are signed",
    subject_kind=SubjectKind.EVENT,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.signature", "webhooks.subscriptions", "webhooks.events"),
    standards=("standard-webhooks-1.0.0",),
    outcomes=(
        Outcome("absent", Severity.HIGH),
        Outcome("invalid", Severity.HIGH),
        Outcome("stale", Severity.MEDIUM),
    ),
    proven_by={
        "absent": ("webhooks/unsigned",),
        "invalid": ("webhooks/signs-with-other-secret", "webhooks/signs-parsed-body"),
        "stale": ("webhooks/stale-timestamp",),
    },
    accepted=True,
)
