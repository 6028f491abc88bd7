"""Strict-Transport-Security is not sent by plain HTTP."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    NotApplicable,
    NotTested,
    Outcome,
    Severity,
    Subject,
)
from apicheck.checks.transport._plain import find_obstacle, fold_responses

_FIELD = "Strict-Transport-Security"
_FACT = "transport.hsts"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where HSTS is promised: the standard says it of hosts that send the field."""
    if subject.facts.transport.hsts is None:
        return NotApplicable("the policy does not promise HSTS")
    return find_obstacle(subject) or Applies(facts=(_FACT,))


def judge(exchange: Exchange) -> Failure | None:
    """Fail for a response with the field."""
    value = exchange.received.header(_FIELD)
    if value is None:
        return None
    expected = f"no {_FIELD} by plain HTTP"
    return Failure("sent", expected, f"{_FIELD}: {value}", _FIELD, exchange=exchange.id)


CHECK = Check(
    title="HSTS is not sent by plain HTTP",
    failure_title="HSTS is sent by plain HTTP",
    applies=applies,
    fold=fold_responses(_FACT, judge, "no response comes by plain HTTP"),
    triggered_by=("transport/plain",),
    reads=(_FACT,),
    standards=("rfc6797#7.2",),
    outcomes=(Outcome("sent", Severity.LOW),),
    proven_by={"sent": ("transport/hsts-over-plain-too",)},
)
