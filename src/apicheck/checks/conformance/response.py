"""Every response is one that the OpenAPI document describes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import (
    MISSING,
    Check,
    Exchange,
    Failure,
    Json,
    Outcome,
    RunContext,
    Severity,
    folds,
    validation,
)
from apicheck.authoring.document import ResponseDoc
from apicheck.checks.conformance import _fields, _media
from apicheck.checks.conformance._promised import is_promised

_REDIRECTION, _CLIENT_ERROR = 3, 4
_AMBIGUOUS = re.compile(r"%2f|%5c|%00|//|/\.\.?(?:/|$)|/%2e(?:\.|%2e)?(?:/|$)", re.IGNORECASE)
"""Parts of a path that lead elsewhere where it is decoded, or made plain, before routing."""
_SHOWN = 5
"""How many places of one body are reported."""


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge every response of a declared operation by the document."""
    if not exchange.request.operation or _is_promised_only(context, exchange):
        return
    if _may_be_of_none(exchange):
        return
    mismatches = list(_find_mismatches(context, exchange))
    yield from (("", mismatch) for mismatch in mismatches)
    if not mismatches:
        yield "", None


def _may_be_of_none(exchange: Exchange) -> bool:
    """Whether a refusal may come from a router or a proxy, and not from the operation.

    Many decode a path before they look for the operation: an id with a slash then leads to another
    place, or to none, and some refuse such a path altogether.
    """
    refused = exchange.status // 100 in (_REDIRECTION, _CLIENT_ERROR)
    return refused and _AMBIGUOUS.search(exchange.request.path) is not None


def _is_promised_only(context: RunContext, exchange: Exchange) -> bool:
    """Whether the policy promises the status and the document omits it: `lint` reports that."""
    operation = context.spec.operation(exchange.request.operation)
    documented = operation.response_for(exchange.status)
    return documented is None and is_promised(context, exchange)


def _find_mismatches(context: RunContext, exchange: Exchange) -> Iterator[Failure]:
    operation = context.spec.operation(exchange.request.operation)
    documented = operation.response_for(exchange.status)
    if documented is None:
        known = ", ".join(item.status for item in operation.responses) or "none"
        expected, actual = f"a documented status ({known})", str(exchange.status)
        outcome = "undocumented-refusal" if _is_refused_test(exchange) else "undocumented-status"
        yield Failure(outcome, expected, actual, actual, exchange.id)
        return
    yield from _judge_body(context, documented, exchange)
    yield from _fields.find_mismatches(context, documented, exchange)


def _is_refused_test(exchange: Exchange) -> bool:
    """Whether a check made the request up, or altered it, and it was refused."""
    return exchange.role.exercises and exchange.status // 100 == _CLIENT_ERROR


def _judge_body(
    context: RunContext, documented: ResponseDoc, exchange: Exchange
) -> Iterator[Failure]:
    response = exchange.received
    if exchange.bodiless or not documented.media:
        return
    text = response.header("Content-Type") or ""
    sent = _media.parse_media_type(text)
    media = _media.find_documented(documented, sent)
    if media is None and not (text or response.body):
        # A response without content has no Content-Type: the first documented entry judges it.
        media, sent = documented.media[0], _media.parse_media_type(documented.media[0].media_type)
    if media is None:
        expected = " or ".join(item.media_type for item in documented.media)
        actual = text or "no Content-Type"
        detail = f"{response.status} {actual}"
        yield Failure("undocumented-media-type", expected, actual, detail, exchange.id)
        return
    if response.truncated or media.schema is None:
        return
    try:
        value = _media.parse_body(context, response, sent, media.schema)
    except ValueError as problem:
        expected, status = _describe_schema(exchange), str(exchange.status)
        yield Failure("schema-mismatch", expected, str(problem), status, exchange.id)
        return
    if value is not MISSING:
        yield from _validate(context, media.schema, value, exchange)


def _validate(
    context: RunContext, schema: Json, value: Json, exchange: Exchange
) -> Iterator[Failure]:
    """Yield the first error at each place; the elements of a list are one place."""
    seen: set[str] = set()
    for error in validation.find_body_errors(context, schema, value, limit=4 * _SHOWN):
        detail = f"{exchange.status} {error.place}".strip()
        if detail in seen or len(seen) == _SHOWN:
            continue
        seen.add(detail)
        never_sent = error.keyword == "writeOnly"
        outcome = "write-only-sent" if never_sent else "schema-mismatch"
        actual = f"{error} ({error.keyword})" if error.keyword else str(error)
        yield Failure(outcome, _describe_schema(exchange), actual, detail, exchange.id)


def _describe_schema(exchange: Exchange) -> str:
    return f"a body valid against the document's schema for {exchange.status}"


CHECK = Check(
    title="Responses match the OpenAPI document",
    failure_title="A response does not match the OpenAPI document",
    fold=folds.per_exchange(inspect, of_accepted=folds.of_every_operation()),
    standards=("openapi-3.1.1#responses-object",),
    outcomes=(
        Outcome("undocumented-status", Severity.MEDIUM),
        Outcome("undocumented-media-type", Severity.MEDIUM),
        Outcome("schema-mismatch", Severity.MEDIUM),
        Outcome("write-only-sent", Severity.HIGH),
        Outcome("header-mismatch", Severity.LOW),
        Outcome("undocumented-refusal", Severity.LOW),
    ),
    proven_by={
        "undocumented-status": ("conformance/undocumented-status",),
        "undocumented-refusal": ("conformance/undocumented-refusal",),
        "undocumented-media-type": (
            "conformance/undocumented-media-type",
            "conformance/other-media-parameter",
        ),
        "schema-mismatch": (
            "conformance/empty-body",
            "conformance/invented-choice",
            "conformance/null-where-none-may-be",
            "conformance/number-beyond-its-format",
            "conformance/omits-required-property",
            "conformance/timestamp-of-other-form",
            "conformance/wrong-type",
        ),
        "write-only-sent": ("conformance/sends-write-only",),
        "header-mismatch": (
            "conformance/omits-documented-header",
            "conformance/header-of-other-type",
        ),
    },
)
