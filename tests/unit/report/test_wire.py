from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from apicheck.model.exchange import (
    Direction,
    Exchange,
    Request,
    Response,
    Role,
    TransportError,
    TransportErrorKind,
    Via,
)
from apicheck.report.wire import Line, join_text, make_title, show_exchange

START = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
RESPONSE = Response(200, (("Content-Type", "text/html"), ("X-A", "1")), b"hi", "OK")
EXCHANGE = Exchange("x", Request("GET", "/a"), RESPONSE, None, 1.0, 1.5, Role.TABLE)


@pytest.mark.parametrize(
    ("outcome", "detail", "marked"),
    [
        ("accepted", "", "HTTP/1.1 200 OK"),
        ("wrong-status", "", "HTTP/1.1 200 OK"),
        ("wrong-value", "x-a", "X-A: 1"),
        ("wrong-media-type", "text/html", "Content-Type: text/html"),
    ],
)
def test_the_subject_of_an_outcome_is_marked(outcome: str, detail: str, marked: str) -> None:
    lines = show_exchange(EXCHANGE, START, outcome=outcome, detail=detail).response
    assert [line.text for line in lines if line.mark] == [marked]


def test_a_missing_header_has_a_line_that_the_text_omits() -> None:
    lines = show_exchange(EXCHANGE, START, outcome="absent", detail="X-B").response
    assert Line("X-B: (absent)", "absent") in lines
    assert join_text(lines) == "HTTP/1.1 200 OK\nContent-Type: text/html\nX-A: 1\n\nhi"


def test_a_present_header_is_not_called_missing() -> None:
    lines = show_exchange(EXCHANGE, START, outcome="absent", detail="x-a").response
    assert all(line.mark != "absent" for line in lines)


def test_the_request_of_a_webhook_delivery_is_marked() -> None:
    delivery = replace(EXCHANGE, direction=Direction.IN)
    view = show_exchange(delivery, START, outcome="absent", detail="webhook-signature")
    assert Line("webhook-signature: (absent)", "absent") in view.request
    assert not any(line.mark for line in view.response)
    assert view.about.startswith("delivered ·")


def test_a_missing_response_shows_the_transport_error() -> None:
    error = TransportError(TransportErrorKind.TIMEOUT, "nothing within 10 s\x07")
    failed = replace(EXCHANGE, response=None, error=error)
    assert show_exchange(failed, START).response == (Line("timeout: nothing within 10 s␇", "mark"),)
    assert make_title(failed) == "GET /a → timeout"


def test_raw_bytes_are_shown_as_they_were_written() -> None:
    raw = replace(EXCHANGE, raw=b"GET /\xff HTTP/1.1\r\nA: b \r\n\r\n")
    assert join_text(show_exchange(raw, START).request) == "GET /\\xff HTTP/1.1\nA: b \n\n"


def test_many_long_headers_are_capped() -> None:
    many = replace(RESPONSE, headers=tuple((f"X-{n}", "v" * 5000) for n in range(300)))
    lines = show_exchange(replace(EXCHANGE, response=many), START).response
    assert len(lines) < 110
    assert max(len(line.text) for line in lines) <= 1024
    assert lines[101].text == "… and 200 more headers"


@pytest.mark.parametrize(
    ("via", "title"),
    [
        (Via("http://api.test"), "GET http://api.test/a → 200 OK"),
        (Via("https://api.test", "1.1"), "GET https://api.test/a with TLS 1.1 → 200 OK"),
    ],
)
def test_the_title_names_an_endpoint_that_is_not_the_base_url(via: Via, title: str) -> None:
    request = replace(EXCHANGE.request, via=via)
    assert make_title(replace(EXCHANGE, request=request)) == title


def test_the_time_is_that_of_the_clock_and_since_the_run_began() -> None:
    about = show_exchange(EXCHANGE, START).about
    assert about == "test · as anonymous · 2026-11-21 06:30:01 UTC (+1.000 s) · 500 ms"


def test_recorded_traffic_has_the_offset_alone() -> None:
    assert show_exchange(EXCHANGE, None).about == "test · as anonymous · +1.000 s · 500 ms"


def test_json_is_laid_out_and_the_guilty_part_marked() -> None:
    body = b'{"data":[{"id":1.0,"email":null}],"total":1}'
    exchange = replace(EXCHANGE, response=replace(RESPONSE, body=body))
    about = ("a string", "null at /data/0/email")
    lines = show_exchange(exchange, START, outcome="schema", about=about).response
    assert [line.text for line in lines if line.mark] == ['      "email": null']
    assert [line.text for line in lines][4:7] == ["{", '  "data": [', "    {"]


def test_a_part_of_the_request_is_marked_where_the_response_has_none() -> None:
    request = Request("POST", "/a", body=b'{"contact_id":"c1","text":"hi"}')
    view = show_exchange(replace(EXCHANGE, request=request), START, detail="/contact_id")
    assert [line.text for line in view.request if line.mark] == ['  "contact_id": "c1",']
    assert not any(line.mark for line in view.response)
