"""Deliveries have the promised method."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds
from apicheck.authoring.facts import Webhooks
from apicheck.checks.webhooks._received import applies_where, find_documented, per_delivery


def inspect(
    context: RunContext, event: str, delivery: Exchange
) -> Iterator[tuple[str, folds.Result]]:
    """Judge the method by the policy, or else by the document's `webhooks`."""
    webhooks = context.facts.webhooks
    assert isinstance(webhooks, Webhooks)  # something was delivered
    promised = webhooks.delivery.method
    known = [promised] if promised else [m.upper() for m in find_documented(context, event)]
    if not known:
        return
    sent, expected = delivery.request.method, " or ".join(known)
    failure = Failure("differs", expected, sent, sent, delivery.id)
    yield "webhooks.delivery.method", None if sent in known else failure


CHECK = Check(
    title="Deliveries have the promised method",
    failure_title="A delivery has another method than the promised one",
    applies=applies_where(
        lambda context, webhooks: (
            webhooks.delivery.method or any(find_documented(context, e) for e in webhooks.events)
        ),
        "neither the policy nor the document says by which method events are delivered",
    ),
    fold=per_delivery(inspect),
    reads=("webhooks.delivery.method", "webhooks.events"),
    outcomes=(Outcome("differs", Severity.HIGH),),
    proven_by={"differs": ("webhooks/delivers-by-put",)},
    triggered_by=("webhooks/delivered",),
)
