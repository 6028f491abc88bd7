"""The requests that tell ways of counting apart, with as few as can be."""

from __future__ import annotations

from apicheck.authoring import (
    Exchange,
    ExpectedResponse,
    Request,
    Role,
    Send,
    StatusSet,
    Steps,
    steps,
)
from apicheck.authoring.facts import Bucket, RateLimits

_AT_ONCE = 50
MANY_REQUESTS = ExpectedResponse(StatusSet(("429",)))
"""How a limit refuses where the policy does not say."""


def one_round(limits: RateLimits, bucket: Bucket, request: Request) -> Steps[tuple[Exchange, ...]]:
    """One request; a burst at 0.6 of a window and at 1.05; one when all is forgotten.

    After the first refusal, one more as long as its Retry-After says. Only the first, where it
    is answered neither as an admitted request nor as one over the limit.
    """
    window = bucket.window_s
    first = yield from steps.send_together(Send(request, Role.TABLE, paced=False))
    if not first[0].succeeded and not refused(limits, first[0]):
        return first
    begin = first[0].sent_at
    yield from steps.wait(0.6 * window, "a part of a window passes")
    burst = yield from _burst(limits, bucket, request)
    now = burst[-1].received_at
    obedient: tuple[Exchange, ...] = ()
    asked = next((w for x in burst if (w := _asked_to_wait(limits, x)) is not None), None)
    if asked is not None and asked <= 2 * window:
        yield from steps.wait(asked + 1, "as long as Retry-After says")
        obedient = yield from steps.send_together(Send(request, Role.TABLE, paced=False))
        now = obedient[0].received_at
    yield from steps.wait(max(0.05 * window, begin + 1.05 * window - now), "the window is over")
    second = yield from _burst(limits, bucket, request)
    yield from steps.wait(2.05 * window, "long enough for every limiter to forget")
    last = yield from steps.send_together(Send(request, Role.TABLE, paced=False))
    return (*first, *burst, *obedient, *second, *last)


def _burst(limits: RateLimits, bucket: Bucket, request: Request) -> Steps[tuple[Exchange, ...]]:
    """Requests until one is refused, or until every limiter would have had to refuse one."""
    assert bucket.limit is not None  # applies() saw to it
    sent: list[Exchange] = []
    while not any(refused(limits, exchange) for exchange in sent):
        elapsed = sent[-1].received_at - sent[0].sent_at if sent else 0.0
        due = bucket.limit + 1 + int(elapsed * bucket.limit / bucket.window_s)
        if len(sent) > min(due, 2 * bucket.limit + 1):
            break
        count = min(_AT_ONCE, max(1, due + 1 - len(sent)))
        sends = (Send(request, Role.TABLE, paced=False) for _ in range(count))
        sent += yield from steps.send_together(*sends)
    return tuple(sent)


def refused(limits: RateLimits, exchange: Exchange) -> bool:
    """Whether an answer is the promised refusal."""
    return exchange.status in (limits.refusal or MANY_REQUESTS).statuses


def _asked_to_wait(limits: RateLimits, exchange: Exchange) -> float | None:
    if exchange.response is None or not refused(limits, exchange):
        return None
    text = exchange.response.header("Retry-After") or ""
    return float(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else None
