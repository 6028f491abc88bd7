"""Deliveries have the promised header fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    folds,
)
from apicheck.authoring.facts import HeaderRule, Webhooks
from apicheck.checks.webhooks._received import applies_where, per_delivery


def inspect(context: RunContext, _: str, delivery: Exchange) -> Iterator[tuple[str, folds.Result]]:
    """Judge each field that the policy promises of deliveries."""
    webhooks = context.facts.webhooks
    assert isinstance(webhooks, Webhooks)  # something was delivered
    for name, rule in webhooks.delivery.headers.items():
        value = delivery.request.header(name)
        if value is None and rule.optional:
            continue
        yield "webhooks.delivery.headers", _find_failure(delivery, name, rule, value)


def _find_failure(
    delivery: Exchange, name: str, rule: HeaderRule, value: str | None
) -> Failure | None:
    if value is None:
        return Failure("absent", f"the field {name}", "none", name, delivery.id)
    wrong = rule.equals is not None and value != rule.equals
    wrong |= rule.pattern is not None and re.fullmatch(rule.pattern, value) is None
    if not wrong:
        return None
    expected = rule.equals if rule.equals is not None else f"what fits {rule.pattern}"
    return Failure("differs", f"{name}: {expected}", f"{name}: {value}", name, delivery.id)


CHECK = Check(
    title="Deliveries have the promised header fields",
    failure_title="A delivery lacks a promised header field",
    applies=applies_where(
        lambda _, webhooks: webhooks.delivery.headers,
        "the policy promises no header field of deliveries",
    ),
    fold=per_delivery(inspect),
    reads=("webhooks.delivery.headers",),
    outcomes=(Outcome("absent", Severity.LOW), Outcome("differs", Severity.LOW)),
    proven_by={
        "absent": ("webhooks/omits-promised-fields",),
        "differs": ("webhooks/other-value-of-promised-fields",),
    },
    triggered_by=("webhooks/delivered",),
)
