"""Which unit a moment in a rate-limit field can be in, by the response's Date."""

from __future__ import annotations

import re

from apicheck.authoring import fields
from apicheck.checks.ratelimit._waiting import SLACK_S

UNITS = {"epoch-seconds": 1.0, "epoch-milliseconds": 1000.0, "seconds": 1.0}
"""The units of the policy's `reset`, by how many make a second."""
_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")


def guess_form(text: str, now: float | None, longest_s: float) -> str:
    """What a value would be right as: "epoch-seconds with a fraction"; "" where nothing fits.

    now: the response's Date, in seconds since the epoch; None where it has none. longest_s: the
    seconds after which the limit has surely recovered.
    """
    if fields.parse_http_date(text) is not None:
        return "http-date"
    if not _DECIMAL.fullmatch(text):
        return ""
    number = float(text)
    fitting = (
        unit
        for unit, per_second in UNITS.items()
        if (begin := 0.0 if unit == "seconds" else now) is not None
        and begin - SLACK_S <= number / per_second <= begin + longest_s + SLACK_S
    )
    unit = next(fitting, "")
    return f"{unit} with a fraction" if unit and "." in text else unit
