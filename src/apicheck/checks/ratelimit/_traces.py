"""The requests that a bucket counted, as the model of limiters reads them."""

from __future__ import annotations

from collections.abc import Container, Iterable

from apicheck.authoring import Exchange, Subject
from apicheck.checks.ratelimit._buckets import facts_of
from apicheck.checks.ratelimit._limiters import Hit, Limiter, Trace, explain
from apicheck.checks.ratelimit._schedule import is_refused, limit_of

_SLACK = 0.01
"""Share of a window by which clocks may disagree; at most a second."""


def explain_exchanges(
    subject: Subject, exchanges: Iterable[Exchange], *, unsure: Container[str] = ()
) -> dict[str, str]:
    """Say of each family of limiters that the policy allows what it cannot explain.

    unsure: ids of those that another limit may have refused, or this one.
    """
    return explain_trace(subject, make_trace(subject, exchanges, unsure=unsure))


def explain_trace(subject: Subject, trace: Trace) -> dict[str, str]:
    """The same, of a trace."""
    limits, _ = facts_of(subject)
    return dict(explain(trace, make_limiter(subject), limits.algorithm))


def make_limiter(subject: Subject) -> Limiter:
    """What the policy promises of the bucket."""
    limits, bucket = facts_of(subject)
    return Limiter(limit_of(bucket), bucket.window_s, bucket.burst, limits.counts_refused)


def make_trace(
    subject: Subject, exchanges: Iterable[Exchange], *, unsure: Container[str] = ()
) -> Trace:
    """The trace of exchanges whose successes cost one request each, and nothing else does."""
    limits, _ = facts_of(subject)

    def was_admitted(exchange: Exchange) -> bool | None:
        known = exchange.id not in unsure and is_refused(limits, exchange)
        return True if exchange.succeeded else False if known else None

    return Trace.of(make_hit(subject, one, was_admitted(one)) for one in exchanges)


def make_hit(
    subject: Subject, exchange: Exchange, admitted: bool | None, *, brief: bool = False
) -> Hit:
    """One request of a trace.

    admitted None: not known. brief: all requests were sent in so short a time that two clocks
    cannot disagree about it.
    """
    _, bucket = facts_of(subject)
    slack = 0.0 if brief else min(1.0, _SLACK * bucket.window_s)
    return Hit(exchange.sent_at - slack, exchange.received_at + slack, admitted)
