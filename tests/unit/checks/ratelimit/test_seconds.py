"""What a check of a limit says beforehand of its waits, and how long it waits in the end."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from apicheck.checks.ratelimit import overlong_wait, quota, recovery, refused_requests
from apicheck.model.check import Applies, Check
from apicheck.model.exchange import Exchange, Response
from apicheck.model.step import Ask, EndOfScript, Send, Together, Wait
from apicheck.model.subject import Subject
from apicheck.pages.setting import subject_of
from reference_server.state.limits import LIMITERS, Limiter, Options

WINDOW, LIMIT = 20.0, 6
RATES = {
    "window": f"{WINDOW:g}s",
    "refusal": {"status": 429, "retry_after": {"form": "seconds", "late": "1s"}},
    "counts": {"status": "2xx", "refused": False},
    "buckets": {"general": {"limit": LIMIT}},
}


def subject_for(check: Check, *can: str) -> Subject:
    of = subject_of(check, {"facts": {"rate_limits": RATES}, "subject": "general"})
    return replace(of, context=replace(of.context, capabilities=frozenset(can)))


def wait_for(check: Check, of: Subject, limiter: Limiter, begin: float) -> float:
    """Play a script on a clock that only its waits move; return the seconds that it waited."""
    now, made, waited = begin, 0, 0.0

    def respond(send: Send) -> Exchange:
        nonlocal made
        made += 1
        standing = limiter.ask(now, LIMIT, count=True)
        wait = (("Retry-After", str(math.ceil(standing.retry - now))),)
        response = Response(200) if standing.allowed else Response(429, wait)
        at = now + made / 1000
        return Exchange(f"e{made}", send.request, response, None, at, at + 0.0005, send.role)

    assert check.script is not None
    script, value = check.script(of), None
    while True:
        try:
            step = script.send(value)
        except (StopIteration, EndOfScript):
            return waited
        value = None
        match step:
            case Wait():
                now, waited = now + step.seconds, waited + step.seconds
            case Send():
                value = respond(step)
            case Together():
                value = tuple(respond(send) for send in step.sends)
            case Ask():
                value = {"identity": "minted-1", "placeholder": "$MINTED_1", "user": "u"}


@pytest.mark.parametrize("can", [(), ("mint",)], ids=["known", "made"])
@pytest.mark.parametrize("name", LIMITERS)
@pytest.mark.parametrize("check", [quota.CHECK, recovery.CHECK])
def test_a_check_waits_half_to_twice_as_long_as_it_says(
    check: Check, name: str, can: tuple[str, ...]
) -> None:
    of = subject_for(check, *can)
    applies = check.applies(of)
    assert isinstance(applies, Applies)
    waits = [wait_for(check, of, LIMITERS[name](Options(WINDOW)), begin) for begin in (3.0, 17.0)]
    assert applies.seconds / 2 <= sum(waits) / len(waits) <= 2 * applies.seconds, waits


@pytest.mark.parametrize("name", LIMITERS)
@pytest.mark.parametrize("check", [refused_requests.CHECK, overlong_wait.CHECK])
def test_a_wait_that_depends_on_the_limiter_is_no_longer_than_is_said(
    check: Check, name: str
) -> None:
    of = subject_for(check, "mint")
    applies = check.applies(of)
    assert isinstance(applies, Applies)
    assert wait_for(check, of, LIMITERS[name](Options(WINDOW)), 3.0) <= applies.seconds
