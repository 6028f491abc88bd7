"""Every answer is one that the OpenAPI document describes."""

from __future__ import annotations

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
    schemas,
)
from apicheck.authoring.document import ResponseDoc
from apicheck.checks.conformance import _fields, _media
from apicheck.checks.conformance._promised import is_promised

_SHOWN = 5
"""So many places of one answer's body are told apart."""


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """An answer of a declared operation is one promise: the document's."""
    if not exchange.request.operation or _is_told_elsewhere(context, exchange):
        return
    found = list(_wrong(context, exchange))
    for wrong in found:
        yield "", wrong
    if not found:
        yield "", None


def _is_told_elsewhere(context: RunContext, exchange: Exchange) -> bool:
    """Whether the policy promises the status, and the document is silent: `lint` says so."""
    operation = context.spec.operation(exchange.request.operation)
    documented = operation.response_for(exchange.status)
    return documented is None and is_promised(context, operation, exchange.status)


def _wrong(context: RunContext, exchange: Exchange) -> Iterator[Failure]:
    response = exchange.response
    assert response is not None  # `each` hands over answered exchanges only
    operation = context.spec.operation(exchange.request.operation)
    documented = operation.response_for(response.status)
    if documented is None:
        known = ", ".join(item.status for item in operation.responses) or "nothing"
        actual = str(response.status)
        yield Failure("undocumented-status", f"one of {known}", actual, actual, exchange.id)
        return
    yield from _body(context, documented, exchange)
    yield from _fields.mismatches(context, documented, exchange)


def _body(context: RunContext, documented: ResponseDoc, exchange: Exchange) -> Iterator[Failure]:
    response = exchange.response
    assert response is not None  # _wrong() saw to it
    if exchange.bodiless or not documented.media:
        return
    text = response.header("Content-Type") or ""
    sent = _media.media_type(text)
    media = _media.documented(documented, sent)
    if media is None and not (text or response.body):
        # Without content there is no Content-Type: it is held against the first one documented.
        media, sent = documented.media[0], _media.media_type(documented.media[0].media_type)
    if media is None:
        due = " or ".join(item.media_type for item in documented.media)
        actual = text or "no Content-Type"
        detail = f"{response.status} {actual}"
        yield Failure("undocumented-media-type", due, actual, detail, exchange.id)
        return
    if response.truncated or media.schema is None:
        return
    try:
        value = _media.value_of(context, response, sent, media.schema)
    except ValueError as problem:
        due = f"the document's schema of {response.status}"
        yield Failure("schema-mismatch", due, str(problem), str(response.status), exchange.id)
        return
    if value is not MISSING:
        yield from _mismatches(context, media.schema, value, exchange)


def _mismatches(
    context: RunContext, schema: Json, value: Json, exchange: Exchange
) -> Iterator[Failure]:
    """The first error at each place; the elements of a list are one place."""
    seen: set[str] = set()
    for error in schemas.find_schema_errors(context.spec.document, schema, value, limit=4 * _SHOWN):
        detail = f"{exchange.status} {error.place}".strip()
        if detail in seen or len(seen) == _SHOWN:
            continue
        seen.add(detail)
        never_sent = error.keyword == "writeOnly"
        outcome = "write-only-sent" if never_sent else "schema-mismatch"
        due = f"the document's schema of {exchange.status}"
        actual = f"{error} ({error.keyword})" if error.keyword else str(error)
        yield Failure(outcome, due, actual, detail, exchange.id)


_READS = (
    "conformance/empty-body",
    "conformance/invented-choice",
    "conformance/null-where-none-may-be",
    "conformance/number-beyond-its-format",
    "conformance/omits-required-property",
    "conformance/timestamp-of-other-form",
    "conformance/undocumented-media-type",
    "conformance/undocumented-status",
    "conformance/wrong-type",
)
"""Faults that alter what is read, which steps of examples and rules of the policy see as well."""

CHECK = Check(
    title="Answers are as the OpenAPI document says",
    fold=folds.per_exchange(looks),
    standards=("openapi-3.1.1#responses-object",),
    outcomes=(
        Outcome("undocumented-status", Severity.MEDIUM),
        Outcome("undocumented-media-type", Severity.MEDIUM),
        Outcome("schema-mismatch", Severity.MEDIUM),
        Outcome("write-only-sent", Severity.HIGH),
        Outcome("header-mismatch", Severity.LOW),
    ),
    proven_by={
        "undocumented-status": ("conformance/undocumented-status",),
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
    also={
        **dict.fromkeys(_READS, ("behaviour/example", "errors/envelope", "scopes/foreign-in-list")),
        "conformance/omits-documented-header": ("headers/required", "headers/caching"),
    },
)
