"""What counts as a bypass of a limit, and what is left open."""

from __future__ import annotations

import pytest

from apicheck.checks.ratelimit._schedule import recovery_of
from apicheck.checks.ratelimit.bypass import CHECK
from apicheck.model.exchange import Exchange, Request, Response, Role, Transcript
from apicheck.model.facts import Bucket
from apicheck.model.verdict import Failure, Inconclusive, Judgement
from apicheck.pages.setting import subject_of

FORWARDED = (("X-Forwarded-For", "203.0.113.7"),)


def judged(per: str, statuses: list[int]) -> Judgement:
    """Judge plain requests and variations in turns, after one that was admitted."""
    limits = {"per": per, "refusal": 429, "buckets": {"general": {"limit": 1}}}
    subject = subject_of(CHECK, {"facts": {"rate_limits": limits}, "subject": "general"})
    exchanges = []
    for number, status in enumerate([200, *statuses]):
        varied = number > 0 and number % 2 == 0
        name = subject.op.id
        request = Request("GET", "/x", headers=FORWARDED if varied else (), operation=name)
        role = Role.TABLE if varied else Role.SETUP
        exchanges.append(
            Exchange(f"e{number}", request, Response(status), None, number, number + 0.1, role)
        )
    assert CHECK.judge is not None
    return CHECK.judge(subject, Transcript("p", tuple(exchanges)))


@pytest.mark.parametrize(("per", "kind"), [("token", Failure), ("ip", Inconclusive)])
def test_a_trusted_proxy_may_say_who_the_client_is(per: str, kind: type) -> None:
    assert isinstance(judged(per, [429, 200, 429, 200, 429, 200]), kind)


@pytest.mark.parametrize(
    "statuses",
    [[429, 429], [429, 200, 200], [429, 200, 429, 429], [429, 200, 429, 200, 429, 503]],
    ids=str,
)
def test_a_window_that_ends_is_no_bypass(statuses: list[int]) -> None:
    assert judged("token", statuses) is None


def test_a_bucket_is_left_alone_until_its_burst_has_drained() -> None:
    assert recovery_of(Bucket("b", 1.0, limit=1, burst=3)) == 3.0
    assert recovery_of(Bucket("b", 60.0, limit=5)) == 120.0
