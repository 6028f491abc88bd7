"""The body of a refusal by limit has the media type and the schema that the policy promises."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    ExpectedResponse,
    Failure,
    NotApplicable,
    Outcome,
    Severity,
    Subject,
    media_types,
    validation,
)
from apicheck.checks.ratelimit._reported import TRIGGERS, Counted, per_response


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy says something of the body."""
    limits = subject.facts.rate_limits
    if limits and limits.refusal and _describes_body(limits.refusal):
        return Applies(facts=("rate_limits.refusal",))
    return NotApplicable("the policy does not say what a refusal looks like (rate_limits.refusal)")


def _describes_body(refusal: ExpectedResponse) -> bool:
    return bool(refusal.media) or refusal.schema is not None


def judge(counted: Counted) -> Iterator[Failure | None]:
    """Each refusal is one test."""
    refusal, exchange = counted.limits.refusal, counted.exchange
    if refusal is None or not counted.refused or not _describes_body(refusal):
        return
    if not counted.attributed or exchange.bodiless:
        return
    response = exchange.received
    expected = media_types.strip_parameters(refusal.media or "")
    if expected and response.media_type != expected:
        actual = response.media_type or "no Content-Type"
        yield Failure("wrong-media-type", expected, actual, actual, exchange.id)
        return
    if refusal.schema is None or response.truncated:
        yield None
        return
    yield _judge_schema(counted, refusal)


def _judge_schema(counted: Counted, refusal: ExpectedResponse) -> Failure | None:
    response, named = counted.exchange.received, isinstance(refusal.schema, str)
    expected = f"a body that is a valid {refusal.schema}" if named else "a body as promised"
    try:
        body = response.json()
    except ValueError:
        actual = repr(response.body[:60].decode("utf-8", "replace")) if response.body else "no body"
        return Failure("schema-mismatch", expected, actual, "", counted.exchange.id)
    schema = {"$ref": f"#/components/schemas/{refusal.schema}"} if named else refusal.schema
    for error in validation.find_body_errors(counted.context, schema, body, limit=1):
        return Failure("schema-mismatch", expected, str(error), error.place, counted.exchange.id)
    return None


CHECK = Check(
    title="The body of a refusal by limit has the promised form",
    failure_title="The body of a refusal by limit does not have the promised form",
    applies=applies,
    fold=per_response(judge),
    triggered_by=TRIGGERS,
    reads=("rate_limits.refusal",),
    standards=("rfc6585#4",),
    outcomes=(
        Outcome("wrong-media-type", Severity.MEDIUM),
        Outcome("schema-mismatch", Severity.MEDIUM),
    ),
    proven_by={
        "wrong-media-type": ("ratelimit/refusal-as-plain-text",),
        "schema-mismatch": ("ratelimit/refusal-of-another-form",),
    },
)
