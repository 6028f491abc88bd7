"""Every response has a request id of its own, by which the provider's logs can be searched."""

from __future__ import annotations

from dataclasses import dataclass, field

from apicheck.authoring import (
    Check,
    Direction,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
)
from apicheck.authoring.facts import HeaderRule
from apicheck.authoring.folds import Fold, PassiveResult, Tallies
from apicheck.checks.headers._rules import applies_where, describe_field, due_where, find_promises


@dataclass(slots=True)
class _State:
    """owners: header in lower case -> value -> id of the exchange that had it first."""

    tallies: Tallies = field(default_factory=Tallies)
    owners: dict[str, dict[str, str]] = field(default_factory=dict)


def start(_: RunContext) -> _State:
    """Begin with no exchange read."""
    return _State()


def step(context: RunContext, state: _State, exchange: Exchange) -> _State:
    """Judge each header field that is promised to be unique."""
    if exchange.response is None or exchange.direction is Direction.IN:
        return state
    for fact, header, promise in find_promises(context, exchange):
        if promise.unique:
            state.tallies.note(fact, exchange, _judge(state, header, promise, exchange))
    return state


def finish(_: RunContext, state: _State) -> tuple[PassiveResult, ...]:
    """Return the results for each operation and rule."""
    return state.tallies.seen()


def _judge(state: _State, header: str, promise: HeaderRule, exchange: Exchange) -> Failure | None:
    value = ", ".join(exchange.received.header_values(header))
    if not value:
        if promise.optional:
            return None
        actual = describe_field(exchange, header)
        return Failure("absent", f"a {header} field", actual, header, exchange.id)
    owner = state.owners.setdefault(header.lower(), {}).setdefault(value, exchange.id)
    if owner == exchange.id:
        return None
    expected = f"a {header} that no other response has"
    actual = f"{header}: {value} in two responses"
    return Failure("repeated", expected, actual, header, exchange.id)


CHECK = Check(
    title="Every response has a request id of its own",
    failure_title="A response has no request id of its own",
    applies=applies_where(
        lambda promise: promise.unique, "the policy promises no unique header field"
    ),
    fold=Fold(start, step, finish, due_where(lambda promise: promise.unique)),
    reads=("responses",),
    standards=("rfc9110#6.3",),
    outcomes=(Outcome("absent", Severity.MEDIUM), Outcome("repeated", Severity.MEDIUM)),
    proven_by={
        "absent": ("headers/omits-request-id",),
        "repeated": ("headers/repeats-request-id",),
    },
)
