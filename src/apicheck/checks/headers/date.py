"""Answers say in Date when they were made, in the form that HTTP has, and truly."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Fail,
    Fails,
    Severity,
    World,
    each,
    http_date,
    rules_in_force,
)

_WANTED = range(200, 500)
"""1xx and 5xx may do without, where no rule says otherwise."""


def looks(world: World, exchange: Exchange) -> Iterator[tuple[str, Fails | None]]:
    """Every answer is one test; how far it may be off is one of each rule that says so."""
    response = exchange.response
    assert response is not None  # `each` hands over answered exchanges only
    value = response.header("Date")
    if value is not None or response.status in _WANTED or _is_promised(world, exchange):
        yield "responses", _well_formed(value, exchange)
    if value is None or http_date(value) is None:
        return
    for name, rule in rules_in_force(world, exchange):
        for header, promise in rule.headers.items():
            if header.lower() == "date" and promise.within_s is not None:
                yield f"responses.{name}", _off(value, promise.within_s, exchange)


def _is_promised(world: World, exchange: Exchange) -> bool:
    return any(
        header.lower() == "date" and promise.within_s is not None and not promise.optional
        for _, rule in rules_in_force(world, exchange)
        for header, promise in rule.headers.items()
    )


def _well_formed(value: str | None, exchange: Exchange) -> Fails | None:
    if value is None:
        return Fails("absent", "a Date field", f"no Date on {exchange.status}", "", exchange.id)
    if http_date(value) is None:
        due = "Date: Sun, 06 Nov 1994 08:49:37 GMT, or any other day in this form"
        return Fails("malformed", due, f"Date: {value}", "", exchange.id)
    return None


def _off(value: str, within_s: float, exchange: Exchange) -> Fails | None:
    """What the recorder measured: it alone saw our clock."""
    for seen in exchange.observed("date-differs"):
        if abs(float(seen.value)) > within_s:
            due = f"a Date within {within_s:g} s of the present"
            actual = f"Date: {value}, {float(seen.value):+.0f} s from the present"
            return Fails("off", due, actual, "", exchange.id)
    return None


CHECK = Check(
    title="Answers say when they were made",
    fold=each(looks),
    heard_from=("errors/unknown-path",),
    standards=("rfc9110#6.6.1", "rfc9110#5.6.7"),
    outcomes=(
        Fail("absent", Severity.LOW),
        Fail("malformed", Severity.LOW),
        Fail("off", Severity.LOW),
    ),
    proven_by={
        "absent": ("headers/date-on-successes-only",),
        "malformed": ("headers/date-in-iso-form",),
        "off": ("headers/date-an-hour-off",),
    },
    also={"headers/date-an-hour-off": ("ratelimit/headers",)},
)
