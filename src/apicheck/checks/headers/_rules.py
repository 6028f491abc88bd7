"""The header fields that rules of the policy's `responses` promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apicheck.authoring import (
    Applies,
    Exchange,
    NotApplicable,
    RunContext,
    Subject,
    applying,
    judging,
)
from apicheck.authoring.document import Operation
from apicheck.authoring.facts import HeaderRule


def applies_where(
    holds: Callable[[HeaderRule], object], otherwise: str
) -> Callable[[Subject], Applies | NotApplicable]:
    """Make the `applies` of a check that needs some promise of a header field.

    holds: whether the check can judge a promise. otherwise: why it has nothing to judge.
    """
    return applying.applies_where(
        lambda facts: any(
            holds(promise) for rule in facts.responses.values() for promise in rule.headers.values()
        ),
        otherwise,
    )


def due_where(
    holds: Callable[[HeaderRule], object],
) -> Callable[[RunContext, Operation], Iterator[str]]:
    """Make the `of_accepted` of a fold that judges some promises of header fields.

    holds: whether it judges a promise. Fields that may be absent are due on no response.
    """

    def find(context: RunContext, operation: Operation) -> Iterator[str]:
        for name, rule in context.facts.responses.items():
            due = any(holds(promise) and not promise.optional for promise in rule.headers.values())
            if due and judging.rule_covers_success(context, rule.when, operation):
                yield f"responses.{name}"

    return find


def find_promises(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, str, HeaderRule]]:
    """Yield (fact path, header field, promise) for all that is promised of a response."""
    for name, rule in judging.applicable_rules(context, exchange):
        for header, promise in rule.headers.items():
            yield f"responses.{name}", header, promise


def describe_field(exchange: Exchange, header: str) -> str:
    """What a response has for a header field: "Age: 7", "no Age in the 200 response"."""
    lines = exchange.received.header_values(header)
    return (
        f"{header}: {', '.join(lines)}"
        if lines
        else f"no {header} in the {exchange.status} response"
    )
