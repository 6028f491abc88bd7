"""Deliveries say what the policy and the document promise that they say."""

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
    pointers,
    validation,
)
from apicheck.authoring.facts import Webhooks
from apicheck.checks.webhooks._hooks import read_event, read_payload
from apicheck.checks.webhooks._received import applies_where, find_media, per_delivery


def inspect(
    context: RunContext, event: str, delivery: Exchange
) -> Iterator[tuple[str, folds.Result]]:
    """Judge a payload by the pointers of the policy, and by the schema of the document."""
    webhooks = context.facts.webhooks
    assert isinstance(webhooks, Webhooks)  # something was delivered
    named = read_event(webhooks, delivery)
    event = named if named in webhooks.events else event
    schemas = [
        media.get("schema")
        for name, media in find_media(context, event).items()
        if "json" in name and isinstance(media, dict)
    ]
    if not (webhooks.payload or schemas):
        return
    value = read_payload(delivery)
    if value is None:
        failure = Failure("unreadable", "a payload in JSON", "none", exchange=delivery.id)
        yield "webhooks.payload", failure
        return
    if webhooks.payload:
        yield "webhooks.payload", _find_failure(webhooks, event, value, delivery)
    for schema in schemas[:1]:
        errors = validation.find_body_errors(context, schema, value)
        expected = f"what the document describes of {event}"
        yield (
            "webhooks.payload",
            next(
                (
                    Failure("schema-mismatch", expected, str(error), error.place, delivery.id)
                    for error in errors
                ),
                None,
            ),
        )


def _find_failure(
    webhooks: Webhooks, event: str, value: Json, delivery: Exchange
) -> Failure | None:
    known, payload = webhooks.events.get(event), webhooks.payload
    if known is not None and (place := payload.get("event")):
        named = pointers.at(value, str(place))
        if named not in (known.name, *known.aliases):
            actual = "nothing" if named is MISSING else pointers.describe_value(named)
            expected = f"{event} at {place}"
            return Failure("unknown-event", expected, actual, str(place), delivery.id)
    if place := payload.get("data"):
        data = pointers.at(value, str(place))
        if data is MISSING or (payload.get("array") and not isinstance(data, list)):
            kind = "a list" if payload.get("array") else "the object of the event"
            actual = "nothing" if data is MISSING else "no list"
            return Failure("no-data", f"{kind} at {place}", actual, str(place), delivery.id)
    return None


CHECK = Check(
    title="Deliveries say what is promised",
    failure_title="A delivery does not say what is promised",
    applies=applies_where(
        lambda context, webhooks: (
            webhooks.payload or any(find_media(context, e) for e in webhooks.events)
        ),
        "neither the policy nor the document says what a delivery says",
    ),
    fold=per_delivery(inspect),
    reads=("webhooks.payload", "webhooks.events"),
    standards=("rfc8259#2",),
    outcomes=(
        Outcome("unreadable", Severity.HIGH),
        Outcome("unknown-event", Severity.HIGH),
        Outcome("no-data", Severity.HIGH),
        Outcome("schema-mismatch", Severity.MEDIUM),
    ),
    proven_by={
        "unreadable": ("webhooks/delivers-broken-json",),
        "unknown-event": ("webhooks/names-event-in-capitals",),
        "no-data": ("webhooks/omits-data",),
        "schema-mismatch": ("webhooks/payload-of-other-types", "webhooks/omits-timestamp"),
    },
    triggered_by=("webhooks/delivered",),
)
