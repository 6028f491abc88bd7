"""The field with the end of the window is a time in the promised unit that can be true."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import Check, Failure, Outcome, Severity, fields
from apicheck.authoring.facts import RateHeaders
from apicheck.checks.ratelimit._reported import (
    TRIGGERS,
    WELL_FORMED,
    Counted,
    per_response,
    promises,
)
from apicheck.checks.ratelimit._resets import UNITS, guess_form
from apicheck.checks.ratelimit._waiting import SLACK_S


def judge(counted: Counted) -> Iterator[Failure | None]:
    """Each promised field is one test."""
    names = counted.limits.headers
    if names is None or not counted.attributed or not counted.must_have(names.reset):
        return
    name = str(names.reset)
    response = counted.exchange.received
    text = response.header(name) or ""
    date = fields.parse_http_date(response.header("Date") or "")
    longest = counted.longest_s
    form = guess_form(text, date, longest) if text else ""
    shown = f"{text} (it fits as {form})" if form and form != names.reset_unit else text
    moment = _read_moment(names, counted, name, shown)
    if isinstance(moment, Failure):
        yield moment
        return
    now = 0.0 if names.reset_unit == "seconds" else date
    if now is None:
        return  # without a Date nothing says what time it is there
    due = f"{names.reset_unit}, at most {longest:g} s after the response's Date"
    wrong = not now - SLACK_S <= moment <= now + longest + SLACK_S
    yield counted.fail("wrong", name, due, shown) if wrong else None


def _read_moment(names: RateHeaders, counted: Counted, name: str, shown: str) -> float | Failure:
    text = counted.exchange.received.header(name)
    if names.reset_unit == "http-date":
        if text is None:
            return counted.fail("absent", name, "an HTTP date", None)
        moment = fields.parse_http_date(text)
        malformed = counted.fail("malformed", name, "an HTTP date", shown)
        return malformed if moment is None else moment
    value = counted.read_number(name, "reset")
    if not isinstance(value, Failure):
        return value / UNITS[names.reset_unit]
    if value.outcome == "malformed":
        return counted.fail("malformed", name, WELL_FORMED, shown)
    return value


CHECK = Check(
    title="The field with the end of the window is a time that can be true",
    failure_title="The field with the end of the window is missing, malformed or wrong",
    applies=promises("reset"),
    fold=per_response(judge),
    triggered_by=TRIGGERS,
    reads=("rate_limits",),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("malformed", Severity.MEDIUM),
        Outcome("wrong", Severity.MEDIUM),
    ),
    proven_by={
        "absent": ("ratelimit/omits-reset",),
        "malformed": ("ratelimit/reset-as-float",),
        "wrong": ("ratelimit/reset-in-milliseconds", "ratelimit/reset-in-seconds-left"),
    },
)
