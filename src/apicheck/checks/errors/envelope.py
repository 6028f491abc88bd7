"""Response bodies have the media type and the schema that a rule promises."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    Json,
    NotApplicable,
    Outcome,
    Response,
    RunContext,
    Severity,
    Subject,
    folds,
    judging,
    validation,
)
from apicheck.authoring.facts import ResponseRule

NO_BODY = "never"
"""What a rule says in place of a media type to promise that there is no body."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where a rule says something about the body."""
    if any(_describes_body(rule) for rule in subject.facts.responses.values()):
        return Applies()
    return NotApplicable("the policy promises no media type and no schema")


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge the body by each applicable rule that says something about it.

    A rule describes the default format: a body in another one, which was asked for, is not judged.
    """
    if exchange.bodiless or judging.chose_another_format(context, exchange):
        return
    for name, rule in context.facts.responses.items():
        if not _describes_body(rule):
            continue
        if exchange.received.truncated and rule.media is None:
            continue
        if judging.rule_applies(context, rule.when, exchange):
            yield f"responses.{name}", _judge(context, rule, exchange)


def _describes_body(rule: ResponseRule) -> bool:
    return bool(rule.media or rule.schema is not None)


def _judge(context: RunContext, rule: ResponseRule, exchange: Exchange) -> Failure | None:
    response = exchange.received
    if rule.media == NO_BODY:
        return _judge_absence(exchange)
    expected, *parameters = _split_media(rule.media or "")
    if expected and response.media_type != expected:
        actual = response.media_type or "no Content-Type"
        return Failure("wrong-media-type", expected, actual, actual, exchange.id)
    sent = response.header("content-type") or ""
    if missing := [word for word in parameters if word not in _split_media(sent)]:
        return Failure("wrong-media-type", rule.media or "", sent, missing[0], exchange.id)
    if response.truncated or rule.schema is None:
        return None
    try:
        body = response.json()
    except ValueError:
        return Failure("schema-mismatch", "a JSON body", _shorten(response), "", exchange.id)
    schema = _resolve(rule.schema)
    for error in validation.find_body_errors(context, schema, body, limit=1):
        expected = _describe(rule.schema)
        return Failure("schema-mismatch", expected, str(error), error.place, exchange.id)
    return None


def _split_media(media: str) -> list[str]:
    """Split a media type from its parameters, in lower case and without quotes."""
    return [word.strip().lower().replace('"', "") for word in media.split(";")]


def _judge_absence(exchange: Exchange) -> Failure | None:
    response = exchange.received
    if not response.body:
        return None
    actual = f"{len(response.body)} bytes of {response.media_type or 'no Content-Type'}"
    return Failure("wrong-media-type", "no body", actual, "", exchange.id)


def _resolve(schema: Json) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema


def _describe(schema: Json) -> str:
    named = isinstance(schema, str)
    return (
        f"a body that is a valid {schema}" if named else "a body valid against the policy's schema"
    )


def _shorten(response: Response) -> str:
    return repr(response.body[:60].decode("utf-8", "replace")) if response.body else "no body"


CHECK = Check(
    title="Response bodies have the promised form",
    failure_title="A response body does not have the promised form",
    applies=applies,
    fold=folds.per_exchange(inspect),
    triggered_by=(
        "auth/missing-credentials",
        "errors/unknown-path",
        "errors/unknown-object",
        "errors/malformed-body",
    ),
    reads=("responses",),
    standards=("rfc9457#3", "rfc9110#8.3"),
    outcomes=(
        Outcome("wrong-media-type", Severity.MEDIUM),
        Outcome("schema-mismatch", Severity.MEDIUM),
    ),
    proven_by={
        "wrong-media-type": ("errors/html-body",),
        "schema-mismatch": ("errors/omits-member",),
    },
)
