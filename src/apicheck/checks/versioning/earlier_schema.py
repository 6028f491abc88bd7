"""A response is still one that an earlier document describes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    folds,
    media_types,
    validation,
)
from apicheck.authoring.document import Media, Spec
from apicheck.checks.versioning import _history
from apicheck.checks.versioning._history import FACT, HISTORY

_SHOWN = 5
"""How many places of one body are reported."""


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge the body of every accepted request by each earlier document that describes it."""
    if not exchange.request.operation or not exchange.received.succeeded or exchange.bodiless:
        return
    for name, old in _history.list_documents(context):
        media = _find_media(context, old, exchange)
        if media is None or media.schema is None or exchange.received.truncated:
            continue
        try:
            value = exchange.received.json()
        except ValueError:
            continue  # that a body is no JSON is what conformance/response tests
        wrong = list(_find_mismatches(context, old, name, media, value, exchange))
        yield from ((FACT, one) for one in wrong)
        if not wrong:
            yield FACT, None


def _find_media(context: RunContext, old: Spec, exchange: Exchange) -> Media | None:
    """The JSON body that the earlier document describes for the response."""
    was = _history.find_earlier(context, old, exchange.request.operation)
    described = was.response_for(exchange.status) if was else None
    sent = exchange.received.media_type
    if described is None or not media_types.is_json(sent):
        return None
    return next(
        (one for one in described.media if media_types.strip_parameters(one.media_type) == sent),
        None,
    )


def _find_mismatches(
    context: RunContext, old: Spec, name: str, media: Media, value: object, exchange: Exchange
) -> Iterator[Failure]:
    """The first error at each place; a member that came later is none."""
    seen: set[str] = set()
    before = replace(context, spec=old)
    for error in validation.find_body_errors(before, media.schema, value, limit=4 * _SHOWN):
        detail = f"{exchange.status} {error.place}".strip()
        later = error.keyword in ("additionalProperties", "unevaluatedProperties")
        if later or detail in seen or len(seen) == _SHOWN:
            continue
        seen.add(detail)
        expected = f"a body valid against the schema of {name} for {exchange.status}"
        yield Failure("mismatch", expected, f"{error} ({error.keyword})", detail, exchange.id)


CHECK = Check(
    title="Responses match the earlier documents too",
    failure_title="A response does not match an earlier document",
    applies=_history.applies,
    fold=folds.per_exchange(inspect),
    reads=(FACT, HISTORY),
    outcomes=(Outcome("mismatch", Severity.HIGH),),
    proven_by={"mismatch": ("versioning/response-without-an-earlier-member",)},
)
