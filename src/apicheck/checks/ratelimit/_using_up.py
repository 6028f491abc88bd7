"""Use a limit up, and see whether it holds for another request as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from apicheck.authoring import (
    Applies,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Request,
    Role,
    Send,
    Steps,
    Subject,
    Transcript,
    build,
    describe,
    steps,
)
from apicheck.checks.ratelimit._buckets import claim, explain_unusable, facts_of
from apicheck.checks.ratelimit._holders import obtain_spent
from apicheck.checks.ratelimit._schedule import is_refused, recovery_of

AT_MOST = 50
LONGEST_WAIT_S = 120.0
"""The most that a check waits where time cannot be moved."""
_AT_ONCE = 10
_REACH = 150
_REACH_ON_CLOCK = 700
"""The highest limit that is used up where no other is lower."""
TRIALS = 3
"""Times that a request must be admitted, with a refusal of the plain one between them: a window
that ends, or a bucket that refills, lets one through by chance, and not each of three."""
STILL_REFUSED = "refused, as the plain request before it and after it"


def _takes_any(_: str) -> bool:
    return True


def apply_to_lowest(
    subject: Subject,
    further: int,
    able: Callable[[str], bool] = _takes_any,
    *,
    least: int = 1,
    most: int = AT_MOST,
    seconds: float | None = None,
) -> Applies | NotApplicable:
    """Apply to the bucket with the lowest limit, which stands for the others.

    One limiter has them all. A thorough run tests every bucket that a few requests use up.
    further: requests beyond those that use it up. able: whether the check can be made with a
    bucket, by its name. least, most: the lowest and the highest limit that is used up for it.
    seconds: the longest that it waits on a real clock (default: until what was sent before is
    forgotten, if it must).
    """
    if (unusable := explain_unusable(subject)) is not None:
        return unusable
    _, bucket = facts_of(subject)
    low = _find_low(subject, able, least, most)
    if bucket.limit is None or bucket.name not in low:
        if not able(bucket.name):
            return NotApplicable("it counts no requests of which the check could be made")
        span = f"of at most {most}" if least == 1 else f"from {least} to {most}"
        return NotApplicable(f"only a limit {span}, or else the lowest, is used up for it")
    lowest = min(low, key=lambda name: low[name])
    if bucket.name != lowest and not subject.context.thorough:
        return NotApplicable(f"the bucket {lowest} stands for it; --thorough tests each")
    requests = bucket.limit + 1 + further
    if seconds is None:
        # A new identity may have the limit of a known one, where that is not one of tokens.
        made = "mint" in subject.context.capabilities and bucket.per == "token"
        seconds = 0.0 if made else recovery_of(bucket)
    return Applies(requests, claim(bucket), last=True, seconds=seconds)


def _find_low(
    subject: Subject, able: Callable[[str], bool], least: int, most: int
) -> Mapping[str, int]:
    """The buckets that can be used up, with their limits; if all are high, the lowest of them."""
    limits, _ = facts_of(subject)
    counting = set(subject.context.bucket_of.values())
    known = {
        name: one.limit
        for name, one in limits.buckets.items()
        if one.limit is not None and one.limit >= least and name in counting and able(name)
    }
    low = {name: limit for name, limit in known.items() if limit <= most}
    reach = _REACH_ON_CLOCK if "clock" in subject.context.capabilities else _REACH
    lowest = min(known, key=lambda name: known[name], default="")
    if not low and lowest and known[lowest] <= reach:
        return {lowest: known[lowest]}
    return low


def explain_time(subject: Subject, seconds: float) -> NotTested | None:
    """Why the run cannot let this time pass; None where it can."""
    if "clock" in subject.context.capabilities or seconds <= LONGEST_WAIT_S:
        return None
    return NotTested(NotTestedKind.NEEDS_CONTROL, f"the test waits {seconds:g} s for the limit")


def explain_rest(subject: Subject) -> NotTested | None:
    """Why the run cannot wait until a limit has forgotten what was sent before, if it must."""
    _, bucket = facts_of(subject)
    minting = "mint" in subject.context.capabilities
    return None if minting else explain_time(subject, recovery_of(bucket))


def use_up(subject: Subject, request: Request) -> Steps[tuple[Exchange, ...]]:
    """Send a request until it is refused; a bucket that refills admits a few more than the limit.

    Ends the script as inconclusive where none is refused.
    """
    limits, bucket = facts_of(subject)
    limit = bucket.limit or 1
    most = 2 * max(limit, bucket.burst or 0)
    # The first goes alone: a limit that is due to admit one again may refuse any of several.
    sent = [(yield from steps.send(request, Role.SETUP, paced=False))]
    while len(sent) <= most and not any(is_refused(limits, one) for one in sent):
        count = max(1, min(_AT_ONCE, limit + 1 - len(sent)))
        sends = (Send(request, Role.SETUP, paced=False) for _ in range(count))
        sent += yield from steps.send_together(*sends)
    if not any(is_refused(limits, one) for one in sent):
        steps.end_script(Inconclusive("no request was refused by the limit"))
    return tuple(sent)


def use_up_and_return(subject: Subject, times: int, wait_s: float, why: str) -> Steps[None]:
    """Use the limit up, then ask again after each wait until a request is admitted.

    times: the most that is asked again. why: of the wait, for the user.
    """
    limits, _ = facts_of(subject)
    sender = yield from obtain_spent(subject)
    request = yield from build.valid_request(subject, identity=sender)
    yield from use_up(subject, request)
    for _ in range(times):
        yield from steps.wait(wait_s, why)
        response = yield from steps.send(request, paced=False)
        if not is_refused(limits, response):
            return


def take_turns(subject: Subject, tried: Request, plain: Request) -> Steps[None]:
    """Send a request; while it is admitted, send it again in turns with the plain one."""
    limits, _ = facts_of(subject)
    for trial in range(TRIALS):
        answer = yield from steps.send(tried, paced=False)
        if not answer.succeeded or trial == TRIALS - 1:
            return
        again = yield from steps.send(plain, Role.SETUP, paced=False)
        if not is_refused(limits, again):
            return


TURNS = 2 * TRIALS
"""Requests that `take_turns` sends, at most."""


def list_admitted(subject: Subject, transcript: Transcript) -> Iterator[Exchange]:
    """Yield each request that was admitted each time, while the plain one was refused."""
    limits, _ = facts_of(subject)
    sent = sorted(transcript.exchanges, key=lambda one: one.sent_at)
    for end in range(TURNS - 1, len(sent) + 1):
        turns = sent[end - TURNS + 1 : end]
        if _is_admitted_alone(turns[::2], turns[1::2], lambda one: is_refused(limits, one)):
            yield turns[0]


def _is_admitted_alone(
    tried: Sequence[Exchange], plain: Sequence[Exchange], refused: Callable[[Exchange], bool]
) -> bool:
    return all(one.role is Role.TABLE and one.succeeded for one in tried) and all(
        one.role is Role.SETUP and refused(one) for one in plain
    )


def judge_shared(subject: Subject, transcript: Transcript, who: str) -> Judgement:
    """Fail ("admitted") where a request was admitted that a limit already used up counts.

    who: what was sent besides the plain request, in words.
    """
    limits, _ = facts_of(subject)
    admitted = next(list_admitted(subject, transcript), None)
    if admitted is not None:
        actual = f"{describe(admitted)} for {who}, {TRIALS} times"
        return Failure("admitted", STILL_REFUSED, actual, who, admitted.id)
    last = transcript.exercised[-1]
    if is_refused(limits, last):
        return None
    if last.succeeded:
        return Inconclusive("the limit had recovered before the request was sent again")
    return Inconclusive(f"the response was {describe(last)}, for another reason")


def judge_apart(subject: Subject, transcript: Transcript, who: str) -> Judgement:
    """Fail ("refused") where a request was refused that a limit already used up does not count.

    who: what was sent besides the plain request, in words.
    """
    limits, bucket = facts_of(subject)
    for exchange in transcript.exercised:
        if exchange.succeeded:
            continue
        if not is_refused(limits, exchange):
            return Inconclusive(f"the response was {describe(exchange)}, for another reason")
        expected = f"a success for {who}: the limit {bucket.name} counts per {bucket.per}"
        return Failure("refused", expected, describe(exchange), who, exchange.id)
    return None
