"""The classes of limiters that a trace leaves possible, in words for the API's owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from apicheck.checks.ratelimit._limiters import Limiter, Trace, explain

_WINDOWS = {
    "fixed": "windows that begin with a request",
    "aligned": "windows aligned with a clock",
    "sliding-counter": "a sliding counter over two windows",
}
_LOGS: Mapping[tuple[bool, ...], str] = {
    (False,): "a sliding log",
    (True,): "a sliding log that counts refused requests",
    (False, True): "a sliding log, which may count refused requests",
}
"""By whether refused requests may count."""


def list_classes(trace: Trace, limiter: Limiter) -> tuple[str, ...]:
    """The classes that explain a trace, whatever the policy says of the algorithm.

    Token buckets and GCRA are one class: they admit the same requests.
    """
    return tuple(_list(trace, limiter))


def _list(trace: Trace, limiter: Limiter) -> Iterator[str]:
    found = explain(trace, limiter, None)
    for name, words in _WINDOWS.items():
        if not found[name]:
            yield words
    log = tuple(
        counts
        for counts in (False, True)
        if not explain(trace, replace(limiter, counts_refused=counts), "sliding-log")["sliding-log"]
    )
    if log:
        yield _LOGS[log]
    if not found["bucket"]:
        size = limiter.burst or limiter.limit
        yield f"a bucket with a burst of {size}"
