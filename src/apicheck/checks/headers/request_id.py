"""Every answer carries an id of its own, by which it can be found in the provider's logs."""

from __future__ import annotations

from dataclasses import dataclass, field

from apicheck.authoring import (
    Applies,
    Check,
    Direction,
    Exchange,
    Failure,
    Fold,
    NotApplicable,
    Outcome,
    PassiveResult,
    RunContext,
    Severity,
    Subject,
    judging,
)
from apicheck.authoring.facts import HeaderRule
from apicheck.authoring.folds import Tallies


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where some rule promises a unique field."""
    rules = subject.facts.responses.values()
    if any(header.unique for rule in rules for header in rule.headers.values()):
        return Applies()
    return NotApplicable("the policy promises no unique header field")


@dataclass(slots=True)
class _State:
    """owners: header in lower case -> value -> id of the exchange that had it first."""

    tallies: Tallies = field(default_factory=Tallies)
    owners: dict[str, dict[str, str]] = field(default_factory=dict)


def start(_: RunContext) -> _State:
    """Nothing seen."""
    return _State()


def step(context: RunContext, state: _State, exchange: Exchange) -> _State:
    """Each header that is promised unique is one promise of its rule."""
    if exchange.response is None or exchange.direction is Direction.IN:
        return state
    for name, rule in judging.applicable_rules(context, exchange):
        for header, promise in rule.headers.items():
            if promise.unique:
                fails = _judged(state, header, promise, exchange)
                state.tallies.note(f"responses.{name}", exchange, fails)
    return state


def finish(_: RunContext, state: _State) -> tuple[PassiveResult, ...]:
    """What was seen, for each operation and rule."""
    return state.tallies.seen()


def _judged(state: _State, header: str, promise: HeaderRule, exchange: Exchange) -> Failure | None:
    assert exchange.response is not None  # step() saw to it
    value = ", ".join(exchange.response.header_values(header))
    if not value:
        if promise.optional:
            return None
        actual = f"no {header} on {exchange.status}"
        return Failure("absent", f"a {header} field", actual, header, exchange.id)
    owner = state.owners.setdefault(header.lower(), {}).setdefault(value, exchange.id)
    if owner == exchange.id:
        return None
    actual = f"{header}: {value} on two answers"
    return Failure("repeated", f"a {header} of its own", actual, header, exchange.id)


CHECK = Check(
    title="Every answer carries an id of its own",
    applies=applies,
    fold=Fold(start, step, finish),
    reads=("responses",),
    standards=("rfc9110#6.3",),
    outcomes=(Outcome("absent", Severity.MEDIUM), Outcome("repeated", Severity.MEDIUM)),
    proven_by={
        "absent": ("headers/omits-request-id",),
        "repeated": ("headers/repeats-request-id",),
    },
    also={"headers/repeats-request-id": ("errors/envelope", "errors/members")},
)
