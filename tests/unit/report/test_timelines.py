from __future__ import annotations

from dataclasses import replace

import pytest

from apicheck.model.exchange import Exchange, Request, Response, Role, Transcript
from apicheck.model.results import Results
from apicheck.report import render
from apicheck.report.timelines import HEIGHT, WIDTH, _read_left, view_timelines

FACT = {"path": "rate_limits.headers.remaining", "value": "X-Left"}


def respond(number: int, left: int | None, status: int = 200, who: str = "ada") -> Exchange:
    headers = () if left is None else (("X-Left", str(left)),)
    wait = (("Retry-After", "<b>9</b>"),) if status == 429 else ()
    request = replace(Request("GET", "/x"), identity=who)
    response = Response(status, (*headers, *wait))
    return Exchange(f"r{number}", request, response, None, number, number + 0.1, Role.TABLE)


def play(probe: str, *exchanges: Exchange) -> Transcript:
    return Transcript(probe, exchanges)


USED_UP = (*(respond(n, 4 - n) for n in range(5)), respond(5, 0, 429), respond(10, 4))


@pytest.fixture
def limited(results: Results) -> Results:
    return replace(results, facts=(FACT,))


def test_a_limit_that_is_used_up_is_drawn(limited: Results) -> None:
    (line,) = view_timelines(limited, [play("ratelimit/quota/general", *USED_UP)])
    assert (line.requests, line.refused, line.seconds, line.highest) == (7, 1, 10, 4)
    assert line.line.split()[:3] == ["0,0", "64,0", "64,27.5"]
    assert line.line.split()[-1] == f"{WIDTH},0"
    assert line.marks == ((WIDTH / 2, HEIGHT),)
    assert [point.status for point in line.rows] == [200, 200, 429, 200]


def test_windows_that_begin_are_drawn_and_what_retry_after_asks(limited: Results) -> None:
    wait = (("X-Left", "0"), ("Retry-After", "3"))
    refused = [
        replace(respond(n, 0, 429), response=Response(429, wait)) for n in (5, 6)
    ]  # fmt: skip
    used_up = (*(respond(n, 4 - n) for n in range(5)), *refused, respond(10, 4), respond(20, 4))
    (line,) = view_timelines(limited, [play("ratelimit/quota/general", *used_up)])
    assert line.edges == (WIDTH / 2,)
    assert line.waits == ((WIDTH / 4, WIDTH * 8 / 20), (WIDTH * 8 / 20, WIDTH * 9 / 20))


@pytest.mark.parametrize("asked", ["soon", "Sun, 29 Nov 2026 20:00:00 GMT", "-1", "9" * 40, ""])
def test_a_retry_after_that_is_no_number_of_seconds_is_not_drawn(
    asked: str, limited: Results
) -> None:
    fields = (("X-Left", "0"), ("Retry-After", asked))
    refused = replace(respond(5, 0, 429), response=Response(429, fields))
    played = (*USED_UP[:5], refused, respond(10, 4))
    (line,) = view_timelines(limited, [play("ratelimit/quota/general", *played)])
    assert line.waits == ()


def test_the_longest_playing_of_a_subject_is_shown(limited: Results) -> None:
    longer = (*USED_UP, respond(11, 3))
    played = [play("a/b/x", *USED_UP), play("a/c/x", *longer), play("a/b/y", *USED_UP)]
    assert [one.probe for one in view_timelines(limited, played)] == ["a/c/x", "a/b/y"]


def test_the_requests_of_others_are_left_out(limited: Results) -> None:
    others = (respond(6, 900, who="bob"), respond(7, 899, who="bob"))
    (line,) = view_timelines(limited, [play("a/b/x", *USED_UP, *others)])
    assert line.highest == 4


@pytest.mark.parametrize(
    "exchanges",
    [
        (),
        USED_UP[:5],
        (respond(1, None, 429),),
        tuple(respond(n, None, 429) for n in range(9)),
    ],
)
def test_where_no_client_ran_into_a_limit_nothing_is_drawn(
    exchanges: tuple[Exchange, ...], limited: Results
) -> None:
    assert view_timelines(limited, [play("a/b/x", *exchanges)]) == ()


def test_a_burst_in_one_moment_is_drawn_in_order(limited: Results) -> None:
    at_once = tuple(replace(one, sent_at=1.0) for one in USED_UP)
    (line,) = view_timelines(limited, [play("a/b/x", *at_once)])
    assert line.seconds == 0
    across = [float(point.split(",")[0]) for point in line.line.split()]
    assert across == sorted(across)


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("5", 5),
        ("5, 5;w=4", 5),
        ('"default";r=3;t=4', 3),
        ("limit=5, remaining=2, reset=4", 2),
        ("many", None),
        ("-1", None),
        (None, None),
    ],
)
def test_what_is_left_is_read_in_every_form(value: str | None, left: int | None) -> None:
    assert _read_left(value) == left


def test_hostile_fields_are_shown_as_text(limited: Results) -> None:
    page = render(limited, [play("a/b/<i>x</i>", *USED_UP)], "html").decode()
    assert "<svg viewBox" in page
    assert "<td>&lt;b&gt;9&lt;/b&gt;</td>" in page
    assert "<i>" not in page


def test_what_only_prepared_the_test_is_left_out(limited: Results) -> None:
    before = replace(respond(-9000, 900), role=Role.SETUP)
    (line,) = view_timelines(limited, [play("a/b/x", before, *USED_UP)])
    assert (line.requests, line.highest) == (7, 4)
