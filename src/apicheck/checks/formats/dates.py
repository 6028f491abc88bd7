"""Dates have the promised form."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    applying,
    date_forms,
    folds,
    judging,
    validation,
)
from apicheck.checks.formats._dated import find_dates

_FACT = "formats.dates"


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge every date of a response that the request did not bring itself."""
    dates = context.facts.formats.dates
    if dates is None or exchange.bodiless or exchange.received.truncated:
        return
    if not judging.is_within_api(context, exchange):
        return
    form = date_forms.compile_form(dates.form)
    sent = (exchange.request.body or b"").decode("utf-8", "replace") + exchange.request.wire_target
    for place, text in find_dates(context, dates, exchange):
        if text in sent or validation.has_placeholder(text):
            continue
        if form.fullmatch(text):
            yield _FACT, None
        else:
            expected = f"a date of the form {dates.form}"
            yield _FACT, Failure("other-form", expected, f"{place}: {text}", place, exchange.id)


CHECK = Check(
    title="Dates have the promised form",
    failure_title="A date does not have the promised form",
    applies=applying.applies_where(
        lambda facts: facts.formats.dates, "the policy promises no form of dates"
    ),
    fold=folds.per_exchange(inspect),
    reads=(_FACT,),
    standards=("rfc3339#5.6",),
    outcomes=(Outcome("other-form", Severity.MEDIUM),),
    proven_by={"other-form": ("formats/dates-of-the-local-zone",)},
)
