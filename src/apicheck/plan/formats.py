"""Contradictions in the formats that a policy states."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.model.date_forms import compile_form
from apicheck.model.policy import Policy


def find_format_remarks(policy: Policy) -> Iterator[tuple[str, str]]:
    """Find an example of a date, of the source's own, that does not have the promised form.

    What the remark is about, and its message.
    """
    dates = policy.facts.formats.dates
    if dates and dates.example and not compile_form(dates.form).fullmatch(dates.example):
        yield (
            "formats.dates",
            f"the source's example {dates.example} does not have the form {dates.form}",
        )
