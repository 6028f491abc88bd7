"""Whether deliveries are signed as promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from apicheck.authoring import (
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    Outcome,
    Severity,
    Subject,
    Transcript,
    pointers,
)
from apicheck.authoring.facts import Signature
from apicheck.checks.webhooks._hooks import facts_of

OUTCOMES = (
    Outcome("absent", Severity.HIGH),
    Outcome("invalid", Severity.HIGH),
    Outcome("stale", Severity.MEDIUM),
)
_WORST_FIRST = ("absent", "invalid", "downgraded", "stale")


def judge_signed(
    subject: Subject, transcript: Transcript, deliveries: Sequence[Exchange]
) -> Judgement:
    """Each of these deliveries must be valid for the secret of the script's subscription."""
    secret = next(_find_secrets(subject, transcript), "")
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
            return _fail(word, subject, delivery)
    return None


def _fail(word: str, subject: Subject, delivery: Exchange) -> Failure:
    signature = facts_of(subject).signature
    assert isinstance(signature, Signature)  # the check applies to no other policy
    actual = {
        "absent": "no signature",
        "invalid": "a signature that does not match body and secret",
        "downgraded": "a signature of an older version of the scheme alone",
        "stale": f"a timestamp more than {signature.tolerance_s:g} s away",
    }[word]
    outcome = "invalid" if word == "downgraded" else word
    return Failure(outcome, f"a valid {signature.scheme} signature", actual, exchange=delivery.id)


def _find_secrets(subject: Subject, transcript: Transcript) -> Iterator[str]:
    """Placeholders of the subscription's secret: from the API's response, or from the target."""
    subscriptions = facts_of(subject).subscriptions
    for exchange in transcript.exchanges:
        created = subscriptions and exchange.request.operation == subscriptions.create
        if subscriptions and created and exchange.succeeded:
            value = pointers.at(exchange.json_or(), subscriptions.secret)
            if isinstance(value, str):
                yield value
    for result in transcript.answers:
        if isinstance(result, Mapping) and isinstance(result.get("secret"), str):
            yield result["secret"]
