"""Responses of a deprecated operation have the provider's own fields that announce it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds
from apicheck.checks.versioning._lifecycle import FACT, applies_where, fail, list_due


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every such field on every response that announces a deprecation is one test."""
    for item in list_due(context, exchange):
        for name, rule in item.headers.items():
            value = exchange.received.header(name)
            if value is None:
                yield FACT, fail(exchange, "absent", f"a {name} field", f"no {name}", name)
            elif (rule.equals or value) != value or not re.fullmatch(rule.pattern or ".*", value):
                due = f"{name}: {rule.equals or rule.pattern}"
                yield FACT, fail(exchange, "differs", due, f"{name}: {value}", name)
            else:
                yield FACT, None


CHECK = Check(
    title="Responses of a deprecated operation have the provider's own announcement",
    failure_title="Responses of a deprecated operation lack the provider's own announcement",
    applies=applies_where(
        lambda item: item.headers,
        "no deprecation of the policy names fields of the provider's own",
    ),
    fold=folds.per_exchange(inspect),
    reads=(FACT,),
    outcomes=(Outcome("absent", Severity.MEDIUM), Outcome("differs", Severity.MEDIUM)),
    proven_by={
        "absent": ("versioning/omits-own-announcement",),
        "differs": ("versioning/own-announcement-differs",),
    },
)
