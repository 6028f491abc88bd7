"""Every answer that a rule covers comes in the container that the rule promises."""

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
    schemas,
)
from apicheck.authoring.facts import ResponseRule

NO_BODY = "never"
"""The media type of a body that is promised absent."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where some rule says something about the body."""
    if any(_of_a_body(rule) for rule in subject.facts.responses.values()):
        return Applies()
    return NotApplicable("the policy promises no media type and no schema")


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Each rule in force that says something about the body is one promise."""
    response = exchange.response
    assert response is not None  # `each` hands over answered exchanges only
    if exchange.bodiless:
        return
    for name, rule in context.facts.responses.items():
        if not _of_a_body(rule):
            continue
        if response.truncated and rule.media is None:
            continue
        if judging.rule_applies(context, rule.when, exchange):
            yield f"responses.{name}", _judged(context, rule, exchange, response)


def _of_a_body(rule: ResponseRule) -> bool:
    return bool(rule.media or rule.schema is not None)


def _judged(
    context: RunContext, rule: ResponseRule, exchange: Exchange, response: Response
) -> Failure | None:
    if rule.media == NO_BODY:
        return _nothing(exchange, response)
    wanted, *parameters = _words(rule.media or "")
    if wanted and response.media_type != wanted:
        actual = response.media_type or "no Content-Type"
        return Failure("wrong-media-type", wanted, actual, actual, exchange.id)
    said = response.header("content-type") or ""
    if missing := [word for word in parameters if word not in _words(said)]:
        return Failure("wrong-media-type", rule.media or "", said, missing[0], exchange.id)
    if response.truncated or rule.schema is None:
        return None
    try:
        body = response.json()
    except ValueError:
        return Failure("schema-mismatch", "a JSON body", _beginning(response), "", exchange.id)
    for error in schemas.find_schema_errors(
        context.spec.document, _schema(rule.schema), body, limit=1
    ):
        return Failure("schema-mismatch", _named(rule.schema), str(error), error.place, exchange.id)
    return None


def _words(media: str) -> list[str]:
    """A media type and its parameters, without case and quotes: they compare so (charset does)."""
    return [word.strip().lower().replace('"', "") for word in media.split(";")]


def _nothing(exchange: Exchange, response: Response) -> Failure | None:
    if not response.body:
        return None
    actual = f"{len(response.body)} bytes of {response.media_type or 'no Content-Type'}"
    return Failure("wrong-media-type", "no body", actual, "", exchange.id)


def _schema(schema: Json) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema


def _named(schema: Json) -> str:
    return f"a body that is a valid {schema}" if isinstance(schema, str) else "the policy's schema"


def _beginning(response: Response) -> str:
    return repr(response.body[:60].decode("utf-8", "replace")) if response.body else "no body"


CHECK = Check(
    title="Errors and other answers come in the promised container",
    applies=applies,
    fold=folds.per_exchange(looks),
    triggered_by=("auth/missing-credentials", "errors/unknown-path", "errors/malformed-body"),
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
    also={
        "errors/html-body": (
            "behaviour/example",
            "conformance/response",
            "errors/members",
            "oauth/token-errors",
        ),
        "errors/omits-member": ("conformance/response", "oauth/token-errors"),
    },
)
