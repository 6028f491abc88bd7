"""Responses have a correct Date: present, in the form of HTTP, and close to the present."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    fields,
    folds,
)
from apicheck.checks.headers._rules import describe_field, find_promises

_DATED = range(200, 500)
"""1xx and 5xx may have no Date, where no rule promises one."""


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge the form of every Date, and its distance from the present by each rule on it."""
    value = exchange.received.header("Date")
    limits = [
        (fact, promise.within_s, promise.optional)
        for fact, header, promise in find_promises(context, exchange)
        if header.lower() == "date" and promise.within_s is not None
    ]
    promised = any(not optional for _, _, optional in limits)
    if value is not None or exchange.status in _DATED or promised:
        yield "responses", _judge_form(value, exchange)
    if value is None or fields.parse_http_date(value) is None:
        return
    for fact, within_s, _ in limits:
        yield fact, _judge_distance(value, within_s, exchange)


def _judge_form(value: str | None, exchange: Exchange) -> Failure | None:
    if value is not None and fields.parse_http_date(value) is not None:
        return None
    actual = describe_field(exchange, "Date")
    if value is None:
        return Failure("absent", "a Date field", actual, exchange=exchange.id)
    expected = "a Date in the form Sun, 06 Nov 1994 08:49:37 GMT"
    return Failure("malformed", expected, actual, exchange=exchange.id)


def _judge_distance(value: str, within_s: float, exchange: Exchange) -> Failure | None:
    """Judge what was measured while recording, when the clock could be read."""
    for measured in exchange.observed("date-differs"):
        if abs(float(measured.value)) > within_s:
            expected = f"a Date within {within_s:g} s of the present"
            actual = f"Date: {value}, {float(measured.value):+.0f} s from the present"
            return Failure("off", expected, actual, "", exchange.id)
    return None


CHECK = Check(
    title="Responses have a correct Date",
    failure_title="A response does not have a correct Date",
    fold=folds.per_exchange(inspect, of_accepted=folds.of_every_operation("responses")),
    triggered_by=("errors/unknown-path",),
    standards=("rfc9110#6.6.1", "rfc9110#5.6.7"),
    outcomes=(
        Outcome("absent", Severity.LOW),
        Outcome("malformed", Severity.LOW),
        Outcome("off", Severity.LOW),
    ),
    proven_by={
        "absent": ("headers/date-on-successes-only",),
        "malformed": ("headers/date-in-iso-form",),
        "off": ("headers/date-an-hour-off",),
    },
)
