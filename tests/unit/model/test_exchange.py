"""Requests, and the responses of exchanges."""

from __future__ import annotations

import pytest

from apicheck.model.exchange import Credential, Exchange, Request, Response, Role
from apicheck.model.json import MISSING


def repr_short(body: object) -> str:
    return repr(body)[:20]


def make_exchange(body: bytes | None) -> Exchange:
    response = None if body is None else Response(200, body=body)
    return Exchange("e1", Request("GET", "/"), response, None, 0.0, 0.1, Role.TABLE)


def test_a_header_field_is_replaced_whatever_its_case_and_left_out_without_a_value() -> None:
    sent = Request("GET", "/", headers=(("content-type", "a/b"), ("X", "1"), ("Content-Type", "c")))
    assert sent.with_header("Content-Type", "d/e").headers == (("X", "1"), ("Content-Type", "d/e"))
    assert sent.with_header("CONTENT-TYPE").headers == (("X", "1"),)


def test_a_header_field_is_read_as_it_is_sent_with_its_credential() -> None:
    token = Credential("bearer", "header", "Authorization", "Bearer $APICHECK_ADMIN_TOKEN")
    sent = Request("GET", "/", headers=(("X", "1"), ("x", "2")), credentials=(token,))
    assert [sent.header(name) for name in ("x", "AUTHORIZATION", "y")] == ["1", token.value, None]


@pytest.mark.parametrize("body", [None, b"", b"[]", b"1", b"{", b"[" * 100_000], ids=repr_short)
def test_what_is_no_object_has_no_members(body: bytes | None) -> None:
    assert make_exchange(body).members == {}
    assert Request("POST", "/", body=body).members == {}


def test_an_object_has_its_members() -> None:
    assert make_exchange(b'{"id": 7}').members == {"id": 7}
    assert Request("POST", "/", body=b'{"id": 7}').members == {"id": 7}


def test_a_response_in_json_is_a_value() -> None:
    assert make_exchange(b'{"id": [1, null]}').json_or() == {"id": [1, None]}


@pytest.mark.parametrize(
    "body", [None, b"", b"<html>", b"\xff", b"NaN", b"[" * 100_000], ids=repr_short
)
def test_a_body_without_json_is_read_as_the_default(body: bytes | None) -> None:
    assert make_exchange(body).json_or() is None
    assert make_exchange(body).json_or(MISSING) is MISSING


def test_null_is_a_value_too() -> None:
    assert make_exchange(b"null").json_or(MISSING) is None


def test_an_exchange_hands_out_its_response_or_says_that_it_has_none() -> None:
    assert make_exchange(b"{}").received.status == 200
    with pytest.raises(ValueError, match="has no response"):
        _ = make_exchange(None).received
