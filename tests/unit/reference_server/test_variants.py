"""Honest servers that look different keep the same promises."""

from __future__ import annotations

from typing import Any

import pytest


def account(driver: Any) -> Any:
    return driver.send("GET", "/v2/account", token=driver.admin.token)


@pytest.mark.parametrize(
    ("case", "name"),
    [("lower", "x-request-id"), ("title", "X-Request-Id"), ("upper", "X-REQUEST-ID")],
)
def test_fields_are_named_in_another_case(canonical: Any, case: str, name: str) -> None:
    canonical.control("PUT", "/variant", {"header_case": case})
    assert name in dict(account(canonical).fields)


def test_fields_come_in_another_order_and_none_is_lost(canonical: Any) -> None:
    first = [name for name, _ in account(canonical).fields]
    canonical.control("PUT", "/variant", {"header_order": 3})
    second = [name for name, _ in account(canonical).fields]
    assert second != first
    assert sorted(second) == sorted(first)


def test_an_answer_has_a_member_more_than_documented(honest: Any) -> None:
    honest.control("PUT", "/variant", {"extra_fields": True})
    name = next(o.id for o in honest.operations() if o.method == "GET")
    answer = honest.play(honest.request(name), honest.admin.token)
    assert answer.status == 200
    assert b'"x_extension"' in answer.content


def test_an_envelope_keeps_its_one_member(webengage: Any) -> None:
    webengage.control("PUT", "/variant", {"extra_fields": True})
    answer = webengage.play(webengage.request("getFeedback"), webengage.admin.token)
    assert list(answer.json) == ["response"]


def test_a_body_has_white_space_and_the_same_meaning(canonical: Any) -> None:
    compact = account(canonical)
    canonical.control("PUT", "/variant", {"body_whitespace": True})
    spacious = account(canonical)
    assert compact.json == spacious.json
    assert len(spacious.content) > len(compact.content)
    assert int(spacious["Content-Length"]) == len(spacious.content)


def test_a_response_is_held_back_for_the_latency(
    canonical: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("reference_server.app.asyncio.sleep", sleep)
    account(canonical)
    assert slept == []
    canonical.control("PUT", "/variant", {"latency_ms": 30})
    account(canonical)
    assert slept == [0.03]


def test_of_several_promised_statuses_another_is_chosen(webengage: Any) -> None:
    sent = webengage.request("trackUser")
    statuses = []
    for choice in (0, 1, 2):
        webengage.control("PUT", "/variant", {"status_choice": choice})
        statuses.append(webengage.play(sent, webengage.identity("other").token).status)
    assert statuses == [401, 404, 401]


def test_the_variant_in_force_is_told_and_what_is_left_out_is_as_at_the_start(
    canonical: Any,
) -> None:
    canonical.control("PUT", "/variant", {"limiter": "bucket", "latency_ms": 1})
    told = canonical.control("PUT", "/variant", {"header_case": "upper"}).json
    assert (told["header_case"], told["limiter"], told["latency_ms"]) == ("upper", "", 0)
