"""Whether the remaining requests that a server reports fall while requests are spent.

No honest limiter may fail, so the conditions are strict: an identity that was made in this run,
so that no other client shares its limit; a start after silence, when nothing is spent; less time
than a window, and more requests than an even refill gives back in it. The order is happens-before
only: a response received before the next request was sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from apicheck.authoring import Exchange
from apicheck.authoring.facts import Bucket

_REQUESTS = 5
_NET = 0.5
"""Requests more than a refill gives back: half of one shows, however the server rounds."""


@dataclass(slots=True)
class Falling:
    """One identity in one bucket, since its last silence.

    started, last: when the first request was sent, when the newest response came. seen: the
    newest exchange in happens-before order. remaining: the number that the first response reported.
    moved: whether any other reported another number.
    """

    started: float
    last: float
    counted: list[float]
    """When each counted response came."""
    seen: Exchange | None = None
    remaining: int = 0
    moved: bool = False

    @classmethod
    def since(cls, exchange: Exchange) -> Falling:
        """Begin anew with an exchange."""
        return cls(exchange.sent_at, exchange.received_at, [])


def continue_from(state: Falling | None, exchange: Exchange, bucket: Bucket) -> Falling:
    """Find the state that an exchange belongs to: a new one after two windows of silence."""
    if state is None or exchange.sent_at - state.last >= 2 * bucket.window_s:
        return Falling.since(exchange)
    state.last = max(state.last, exchange.received_at)
    return state


def is_stuck(state: Falling, exchange: Exchange, remaining: int, bucket: Bucket) -> bool:
    """Whether an exchange that costs one request shows that the reported number does not fall.

    Updates the state. True at most once for each state.
    """
    spent = sum(1 for moment in state.counted if moment < exchange.sent_at)
    state.counted.append(exchange.received_at)
    if state.seen is None:
        state.seen, state.remaining = exchange, remaining
        return False
    # Of requests sent at once, the first response may have the last number: any other shows that
    # the number moves.
    state.moved = state.moved or remaining != state.remaining
    if state.seen.received_at >= exchange.sent_at:
        return False
    state.seen = exchange
    span = exchange.received_at - state.started
    given_back = span * (bucket.limit or 0) / bucket.window_s
    judged = (
        not state.moved
        and bucket.limit is not None
        and spent + 1 >= _REQUESTS
        and span < bucket.window_s
        and spent - given_back >= _NET
    )
    state.moved = state.moved or judged
    return judged
