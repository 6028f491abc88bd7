"""The wait for which a refusal asks, and whether it can be true."""

from __future__ import annotations

from apicheck.authoring import Exchange, Response, fields
from apicheck.authoring.facts import Bucket, RateLimits
from apicheck.authoring.fields import parse_count

SLACK_S = 2.0
"""Seconds by which rounding and the network may shift a time."""


def expected_wait(
    limits: RateLimits,
    bucket: Bucket,
    exchange: Exchange,
    wait: float | None,
    owed: tuple[Exchange, float] | None,
) -> str:
    """What a wrong Retry-After should have been; "" for a right one."""
    if wait is None:
        return f"a wait as {limits.retry_after}"
    longest = longest_memory(limits, bucket)
    if wait > longest + SLACK_S:
        return f"at most {longest:g} s"
    if owed is not None:
        before, promised = owed
        same = before.request.identity == exchange.request.identity
        if same and exchange.sent_at >= before.received_at + promised + 1:
            return (
                "a wait after which a request is admitted; after the last one it was refused again"
            )
    return ""


def parse_wait(form: str, text: str, response: Response) -> float | None:
    """The seconds of a Retry-After; None when it does not have the promised form."""
    seconds = parse_count(text)
    if seconds is not None and form in ("seconds", "any"):
        return float(seconds)
    moment, now = (
        fields.parse_http_date(text),
        fields.parse_http_date(response.header("Date") or ""),
    )
    if moment is None or form not in ("http-date", "any"):
        return None
    return max(0.0, moment - now) if now is not None else 0.0


def longest_memory(limits: RateLimits, bucket: Bucket) -> float:
    """The seconds after which no honest limiter counts a request any more.

    A sliding counter needs two windows, the others one.
    """
    windows = 2 if limits.algorithm in (None, "sliding-counter") else 1
    return windows * bucket.window_s
