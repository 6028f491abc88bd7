"""What the checks of plain HTTP share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from apicheck.authoring import (
    Exchange,
    Failure,
    NotApplicable,
    NotTested,
    RunContext,
    Subject,
    judging,
)
from apicheck.authoring.endpoints import NO_PLAIN_URL
from apicheck.authoring.folds import Fold, PassiveResult

REDIRECT = range(300, 400)
_NOT_REQUIRED = NotApplicable("the policy does not require HTTPS")


def find_obstacle(subject: Subject) -> NotApplicable | NotTested | None:
    """Why plain HTTP is not tested; None where the policy forbids it and the target has it."""
    promised = subject.facts.transport
    if promised.https != "required" and promised.plain is None:
        return _NOT_REQUIRED
    return None if subject.context.endpoints.plain_url else NO_PLAIN_URL


def facts_of(subject: Subject) -> tuple[str, ...]:
    """The facts that promise something of plain HTTP."""
    promised = subject.facts.transport
    return tuple(
        f"transport.{name}" for name in ("https", "plain") if getattr(promised, name) is not None
    )


@dataclass(slots=True)
class _Seen:
    """The responses by plain HTTP so far: those that were judged, and the failures."""

    others: int = 0
    good: list[Exchange] = field(default_factory=list)
    bad: dict[str, tuple[Failure, list[Exchange]]] = field(default_factory=dict)


Judge = Callable[[Exchange], Failure | NotApplicable | None]


def fold_responses(fact: str, judge: Judge, unseen: str) -> Fold:
    """Make a fold over the responses that came by plain HTTP.

    judge: returns NotApplicable for a response that tests nothing. unseen: why the check does not
    apply where no response did.
    """

    def start(_: RunContext) -> _Seen:
        return _Seen()

    def step(_: RunContext, seen: _Seen, exchange: Exchange) -> _Seen:
        if exchange.request.via is None or not exchange.request.via.is_plain:
            return seen
        judgement = judge(exchange) if exchange.response else NotApplicable(unseen)
        if isinstance(judgement, NotApplicable):
            seen.others += 1
        elif judgement is None:
            seen.good.append(exchange)
        else:
            seen.bad.setdefault(judgement.outcome, (judgement, []))[1].append(exchange)
        return seen

    def finish(_: RunContext, seen: _Seen) -> tuple[PassiveResult, ...]:
        tested = len(seen.good) + sum(len(found) for _, found in seen.bad.values())
        if seen.bad:
            return tuple(
                PassiveResult("", fact, tested, one, judging.shortest_first(found), len(found))
                for one, found in seen.bad.values()
            )
        if seen.good:
            evidence = judging.shortest_first(seen.good)
            return (PassiveResult("", fact, tested, None, evidence, tested),)
        return (PassiveResult("", fact, 0, NotApplicable(unseen)),) if seen.others else ()

    return Fold(start, step, finish, everywhere=True)
