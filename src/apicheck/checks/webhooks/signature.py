"""Every delivery of an event is signed as promised, with the secret of its subscription."""

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
from apicheck.authoring.facts import Event, Signature, Subscriptions, Webhooks

_WITHIN_S = 5.0
_NO_LISTENER = NotTested(
    NotTestedKind.NEEDS_LISTENER,
    "the run has no webhook listener",
    '[webhooks]\nlisten = "127.0.0.1:0"',
)
_NO_SUBSCRIPTION = NotTested(
    NotTestedKind.NEEDS_LISTENER,
    "the API offers no subscriptions, and the target cannot be given the listener's URL",
)
_WORST_FIRST = ("absent", "invalid", "downgraded", "stale")


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every event that a known operation causes, where the policy promises a signature."""
    webhooks, event = _facts(subject)
    if not isinstance(webhooks.signature, Signature):
        return NotApplicable("the policy promises no signature")
    if subject.operation is None:
        reason = f"neither the policy nor the document names an operation that causes {event.name}"
        return NotTested(NotTestedKind.NEEDS_REQUEST, reason)
    if "listener" not in subject.context.capabilities:
        return _NO_LISTENER
    if webhooks.subscriptions is None and "subscribe_by_hand" not in subject.context.capabilities:
        return _NO_SUBSCRIPTION
    return Applies(requests=2, facts=(subject.fact, "webhooks.signature"))


def script(subject: Subject) -> Script:
    """Subscribe to the event, cause it, receive the deliveries."""
    webhooks, event = _facts(subject)
    hook = yield from steps.ask("listener")
    if hook is None:
        steps.end_script(_NO_LISTENER)
    if webhooks.subscriptions is None:
        made = yield from steps.ask("subscribe_by_hand", url=hook["url"], events=[event.name])
        if made is None:
            steps.end_script(_NO_SUBSCRIPTION)
    else:
        yield from _subscribe(subject, webhooks.subscriptions, hook["url"], event.name)
    request = yield from build.valid_request(subject)
    yield from steps.send(request)
    yield from steps.receive(hook["path"], within_s=_WITHIN_S)


def _subscribe(subject: Subject, subscriptions: Subscriptions, url: str, event: str) -> Steps[None]:
    request = yield from build.valid_request(subject, subscriptions.create)
    created = yield from steps.send(_with_listener(request, subscriptions, url, event), Role.SETUP)
    if not created.succeeded:
        reason = f"the API accepted no subscription ({describe(created)})"
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, reason))


def _with_listener(request: Request, subscriptions: Subscriptions, url: str, event: str) -> Request:
    """Put the listener's URL and the event into a request that subscribes."""
    body: Json = json.loads(request.body or b"{}")
    body = pointers.with_value(body, subscriptions.url, url)
    if subscriptions.events:
        given = pointers.at(body, subscriptions.events)
        body = pointers.with_value(
            body, subscriptions.events, event if isinstance(given, str) else [event]
        )
    return replace(request, body=json.dumps(body, separators=(",", ":")).encode())


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Every delivery must be valid for the secret of its subscription."""
    sent = [x for x in transcript.exercised if x.direction is Direction.OUT]
    deliveries = [x for x in transcript.exchanges if x.direction is Direction.IN]
    if not deliveries:
        caused = (
            f"the request that causes it got {describe(sent[-1])}" if sent else "nothing was sent"
        )
        return Inconclusive(f"nothing was delivered in {_WITHIN_S:g} s ({caused})")
    secret = next(_secrets(subject, transcript), "")
    for delivery in deliveries:
        words = {
            observation.value
            for observation in delivery.observed("signature")
            if not secret or observation.about == secret
        }
        if not words:
            return Inconclusive("the secret that signs the deliveries is not known")
        if "valid" not in words:
            word = next((w for w in _WORST_FIRST if w in words), "invalid")
            return _fail(word, _facts(subject)[0], delivery)
    return None


def _fail(word: str, webhooks: Webhooks, delivery: Exchange) -> Failure:
    signature = webhooks.signature
    assert isinstance(signature, Signature)  # the check applies to no other policy
    actual = {
        "absent": "no signature",
        "invalid": "a signature that does not match body and secret",
        "downgraded": "a signature of an older version of the scheme alone",
        "stale": f"a timestamp more than {signature.tolerance_s:g} s away",
    }[word]
    return Failure(word, f"a valid {signature.scheme} signature", actual, exchange=delivery.id)


def _secrets(subject: Subject, transcript: Transcript) -> Iterator[str]:
    """Placeholders of the subscription's secret: from the API's response, or from the target."""
    subscriptions = _facts(subject)[0].subscriptions
    for exchange in transcript.exchanges:
        created = subscriptions and exchange.request.operation == subscriptions.create
        if subscriptions and created and exchange.succeeded:
            value = pointers.at(exchange.json_or(), subscriptions.secret)
            if isinstance(value, str):
                yield value
    for result in transcript.answers:
        if isinstance(result, Mapping) and isinstance(result.get("secret"), str):
            yield result["secret"]


def _facts(subject: Subject) -> tuple[Webhooks, Event]:
    webhooks, event = subject.facts.webhooks, subject.event
    assert isinstance(webhooks, Webhooks)  # a policy with events has them
    assert event is not None  # the subject is an event
    return webhooks, event


CHECK = Check(
    title="Webhook deliveries are signed as promised",
    failure_title="A webhook delivery is not signed as promised",
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
