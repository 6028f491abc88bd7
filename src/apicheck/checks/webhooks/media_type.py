"""Deliveries say of which media type they are, and it is the promised one."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    folds,
    media_types,
)
from apicheck.authoring.facts import Webhooks
from apicheck.checks.webhooks._received import applies_where, find_media, per_delivery


def inspect(
    context: RunContext, event: str, delivery: Exchange
) -> Iterator[tuple[str, folds.Result]]:
    """Judge Content-Type by the policy, or else by the document's `webhooks`."""
    webhooks = context.facts.webhooks
    assert isinstance(webhooks, Webhooks)  # something was delivered
    promised = webhooks.delivery.media
    known = [promised.lower()] if promised else list(find_media(context, event))
    if known and delivery.request.body:
        yield "webhooks.delivery.media", _find_failure(delivery, known)


def _find_failure(delivery: Exchange, known: list[str]) -> Failure | None:
    sent = delivery.request.header("Content-Type")
    media = media_types.strip_parameters(sent or "")
    if any(fnmatchcase(media, pattern) for pattern in known):
        return None
    actual = "no Content-Type" if sent is None else f"Content-Type: {sent}"
    outcome = "absent" if sent is None else "differs"
    return Failure(outcome, " or ".join(known), actual, "Content-Type", delivery.id)


CHECK = Check(
    title="Deliveries have the promised media type",
    failure_title="A delivery does not have the promised media type",
    applies=applies_where(
        lambda context, webhooks: (
            webhooks.delivery.media or any(find_media(context, e) for e in webhooks.events)
        ),
        "neither the policy nor the document says of which media type deliveries are",
    ),
    fold=per_delivery(inspect),
    reads=("webhooks.delivery.media", "webhooks.events"),
    standards=("rfc9110#8.3",),
    outcomes=(Outcome("absent", Severity.MEDIUM), Outcome("differs", Severity.MEDIUM)),
    proven_by={
        "absent": ("webhooks/labels-no-media-type",),
        "differs": ("webhooks/labels-json-as-text",),
    },
    triggered_by=("webhooks/delivered",),
)
