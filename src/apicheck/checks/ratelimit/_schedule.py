"""The smallest schedule of requests that distinguishes the ways to count them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apicheck.authoring import (
    Exchange,
    ExpectedResponse,
    Request,
    Role,
    RunContext,
    Send,
    StatusSet,
    Steps,
    steps,
)
from apicheck.authoring.facts import Bucket, RateLimits
from apicheck.authoring.fields import parse_count

_AT_ONCE = 50
_TOO_LONG_S = 1_000_000
_SECOND_BURST = 20
"""Enough for the limiters that refuse at once what comes soon after a burst."""
_MARGIN_S = 0.6
"""Seconds past a Retry-After: windows that end by a timer end a little late, and some stores round
what is left to the nearest second. One that is a second too short can be seen all the same."""
_MARGIN_ON_CLOCK_S = 0.1
"""The same where the target's clock is moved: no timer runs on it."""
_POLL_S = 0.2
_POLLS = 6
"""Requests in which Retry-After is to fall by a second, with what the network takes."""
MANY_REQUESTS = ExpectedResponse(StatusSet(("429",)))
"""How a limit refuses where the policy does not say."""


def find_margin(context: RunContext) -> float:
    """The seconds past a Retry-After after which a request must be admitted."""
    return _MARGIN_ON_CLOCK_S if "clock" in context.capabilities else _MARGIN_S


def limit_of(bucket: Bucket) -> int:
    """The number of requests that a bucket admits. Raises ValueError where it is not known."""
    if bucket.limit is None:
        raise ValueError(f"bucket {bucket.name} has no known limit")
    return bucket.limit


def recovery_of(bucket: Bucket) -> float:
    """Seconds of silence after which every honest limiter admits all again.

    A sliding counter forgets after two windows; a bucket has drained its burst.
    """
    drained = (bucket.burst or 0) / max(1, bucket.limit or 1)
    return max(2.0, drained) * bucket.window_s


def send_round(
    limits: RateLimits,
    bucket: Bucket,
    request: Request,
    explained: Callable[[Sequence[Exchange]], bool],
    *,
    margin_s: float | None = None,
    polls: bool = False,
) -> Steps[tuple[Exchange, ...]]:
    """Send one request; a burst at 0.6 of a window and at 1.05; one when the limit has recovered.

    Stop after the first request where its response is neither a success nor the refusal of a
    request over the limit.
    margin_s: after the first refusal, send one more when its Retry-After and this have passed;
    None: do not, as the bursts then tell more limiters apart.
    polls: before that, send on until the Retry-After falls by a second.
    explained: whether a limiter whose windows have no phase explains what was seen so far: then a
    short second burst is enough.
    """
    window = bucket.window_s
    first = yield from steps.send_together(Send(request, Role.TABLE, paced=False))
    if not first[0].succeeded and not is_refused(limits, first[0]):
        return first
    begin = first[0].sent_at
    yield from steps.wait(0.6 * window, "a part of a window passes")
    burst = yield from send_burst(limits, bucket, request)
    now = burst[-1].received_at
    obedient: tuple[Exchange, ...] = ()
    asked = max((w for x in burst if (w := _read_wait(limits, x)) is not None), default=None)
    if polls and margin_s is not None and asked is not None and 1 <= asked <= 2 * window:
        burst += yield from _poll(limits, request, asked)
        asked = _read_wait(limits, burst[-1])
        now = burst[-1].received_at
    if margin_s is not None and asked is not None and asked <= 2 * window:
        yield from steps.wait(asked + margin_s, "as long as Retry-After says")
        obedient = yield from steps.send_together(Send(request, Role.TABLE, paced=False))
        now = obedient[0].received_at
    yield from steps.wait(max(0.05 * window, begin + 1.05 * window - now), "the window is over")
    at_most = _SECOND_BURST if explained((*first, *burst, *obedient)) else None
    second = yield from send_burst(limits, bucket, request, at_most=at_most)
    yield from steps.wait(2.05 * window, "long enough for every limiter to forget")
    last = yield from steps.send_together(Send(request, Role.TABLE, paced=False))
    return (*first, *burst, *obedient, *second, *last)


def _poll(limits: RateLimits, request: Request, asked: float) -> Steps[tuple[Exchange, ...]]:
    """Send on until Retry-After falls by a second, at most for a little more than a second.

    At that moment a wait that is rounded down is too short by nearly a second, and one that is
    rounded up is exact.
    """
    sent: tuple[Exchange, ...] = ()
    for _ in range(_POLLS):
        yield from steps.wait(_POLL_S, "until Retry-After falls by a second")
        sent += yield from steps.send_together(Send(request, Role.TABLE, paced=False))
        wait = _read_wait(limits, sent[-1])
        if wait is None or wait < asked:
            break
    return sent


def send_burst(
    limits: RateLimits, bucket: Bucket, request: Request, *, at_most: int | None = None
) -> Steps[tuple[Exchange, ...]]:
    """Send requests until one is refused, or until every honest limiter would have refused one.

    at_most: the number of requests after which it stops in any case.
    """
    limit = limit_of(bucket)
    sent: list[Exchange] = []
    while len(sent) != at_most and not any(is_refused(limits, exchange) for exchange in sent):
        elapsed = sent[-1].received_at - sent[0].sent_at if sent else 0.0
        due = limit + 1 + int(elapsed * limit / bucket.window_s)
        if len(sent) > min(due, 2 * limit + 1):
            break
        left = _AT_ONCE if at_most is None else min(_AT_ONCE, at_most - len(sent))
        count = min(left, max(1, due + 1 - len(sent)))
        sends = (Send(request, Role.TABLE, paced=False) for _ in range(count))
        sent += yield from steps.send_together(*sends)
    return tuple(sent)


def is_refused(limits: RateLimits, exchange: Exchange) -> bool:
    """Whether a response is the promised refusal."""
    return exchange.status in (limits.refusal or MANY_REQUESTS).statuses


def _read_wait(limits: RateLimits, exchange: Exchange) -> float | None:
    if exchange.response is None or not is_refused(limits, exchange):
        return None
    text = exchange.response.header("Retry-After") or ""
    wait = parse_count(text)
    return float(wait) if wait is not None and wait < _TOO_LONG_S else None
