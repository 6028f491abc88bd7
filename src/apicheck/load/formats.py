"""Mistakes in the formats of a policy."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.load.mistakes import FactMistake
from apicheck.model.date_forms import NAMES, compile_form
from apicheck.model.facts import Formats


def find_format_mistakes(formats: Formats) -> Iterator[FactMistake]:
    """Find forms that cannot be read, formats that are not among the values, odd page sizes."""
    if formats.dates is not None:
        try:
            compile_form(formats.dates.form)
        except ValueError as error:
            hint = f"{', '.join(NAMES)}, or a pattern such as yyyy-MM-dd'T'HH:mm:ssZ"
            yield "/formats/dates", f'"{formats.dates.form}" is no form of a date: {error}', hint
    if negotiation := formats.negotiation:
        for key, value in (("default", negotiation.default), ("errors", negotiation.errors)):
            if value and value not in negotiation.values:
                known = ", ".join(negotiation.values)
                yield f"/formats/negotiation/{key}", f'"{value}" is none of the values', known
    paging = formats.paging
    if paging and paging.default and paging.max and paging.default > paging.max:
        message = f"a page has {paging.default} items by default, and {paging.max} at most"
        yield "/formats/paging/default", message, ""
