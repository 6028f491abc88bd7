"""When a number of remaining requests that does not fall is certainly wrong."""

from __future__ import annotations

from apicheck.checks.ratelimit._falling import continue_from, is_stuck
from apicheck.model.exchange import Exchange, Request, Response, Role
from apicheck.model.facts import Bucket

BUCKET = Bucket("general", 60.0, limit=5)


def judge(*responses: tuple[float, float, int]) -> list[bool]:
    """Judge responses of one window, each sent and received at a time, with its number."""
    state, found = None, []
    for number, (sent, received, remaining) in enumerate(responses):
        request, response = Request("GET", "/x"), Response(200)
        exchange = Exchange(f"e{number}", request, response, None, sent, received, Role.TABLE)
        state = continue_from(state, exchange, BUCKET)
        found.append(is_stuck(state, exchange, remaining, BUCKET))
    return found


def test_a_number_that_stays_is_found_at_the_fifth_request() -> None:
    assert judge(*((t, t + 0.5, 5) for t in range(5))) == [False] * 4 + [True]


def test_a_number_that_falls_is_right() -> None:
    assert not any(judge(*((t, t + 0.5, 4 - t) for t in range(5))))


def test_of_requests_sent_at_once_the_first_may_have_the_last_number() -> None:
    at_once = [(0.0, 1.0, 0), (0.1, 1.1, 4), (0.2, 1.2, 3), (0.3, 1.3, 2), (0.4, 1.4, 1)]
    assert not any(judge(*at_once, (10.0, 10.1, 0)))
