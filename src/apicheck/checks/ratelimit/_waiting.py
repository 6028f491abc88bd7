"""The wait for which a refusal asks, and whether it can be true."""

from __future__ import annotations

from apicheck.authoring import Response, fields
from apicheck.authoring.facts import Bucket, RateLimits
from apicheck.authoring.fields import parse_count

SLACK_S = 2.0
"""Seconds by which rounding and the network may shift a time."""


def parse_wait(form: str, text: str, response: Response) -> float | None:
    """The seconds of a Retry-After; None when it does not have the promised form.

    Negative where a date lies before the response's own.
    """
    seconds = parse_count(text)
    if seconds is not None and form in ("seconds", "any"):
        return float(seconds)
    moment, now = (
        fields.parse_http_date(text),
        fields.parse_http_date(response.header("Date") or ""),
    )
    if moment is None or form not in ("http-date", "any"):
        return None
    return moment - now if now is not None else 0.0


def longest_memory(limits: RateLimits, bucket: Bucket) -> float:
    """The seconds after which no honest limiter counts a request any more.

    A sliding counter needs two windows, the others one.
    """
    windows = 2 if limits.algorithm in (None, "sliding-counter") else 1
    return windows * bucket.window_s
