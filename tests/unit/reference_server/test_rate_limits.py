"""Which bucket counts a request, and what its answers say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

LIMIT = "X-RateLimit-Limit"
OK = {"responses": {"200": {"description": "ok"}, "429": {"description": "no"}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Limits", "version": "1"},
    "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    "security": [{"key": []}],
    "paths": {
        "/one": {"get": {"operationId": "one", **OK}},
        "/both": {"get": {"operationId": "both", **OK}},
        "/open": {"get": {"operationId": "open", "security": [], **OK}},
    },
}


def limits(**more: Any) -> dict[str, Any]:
    stated = {
        "per": "token",
        "window": "60s",
        "refusal": {"status": 429, "retry_after": "seconds"},
        "headers": {"limit": LIMIT, "remaining": "X-RateLimit-Remaining"},
        "buckets": {
            "wide": {"limit": 3},
            "narrow": {"limit": 2, "ops": "both", "also": ["wide"]},
        },
    }
    return {"rate_limits": {**stated, **more}}


@pytest.fixture
def limited(drive: Callable[[Any], Any], made_up: Callable[..., Any]) -> Callable[..., Any]:
    return lambda **more: drive(made_up(limits(**more), DOCUMENT))


def statuses(driver: Any, *paths: str, token: str | None = None) -> list[int]:
    return [driver.send("GET", path, token=token or driver.admin.token).status for path in paths]


def test_the_most_specific_bucket_counts_and_those_it_names(limited: Callable[..., Any]) -> None:
    driver = limited()
    assert statuses(driver, "/both", "/both", "/both") == [200, 200, 429]
    assert driver.send("GET", "/both", token=driver.admin.token)[LIMIT] == "2"


def test_what_one_bucket_refuses_costs_nothing_in_another(limited: Callable[..., Any]) -> None:
    driver = limited()
    assert statuses(driver, "/both", "/both", "/both", "/both") == [200, 200, 429, 429]
    assert statuses(driver, "/one", "/one") == [200, 429]


def test_a_refusal_speaks_of_the_bucket_that_refuses(limited: Callable[..., Any]) -> None:
    driver = limited()
    assert statuses(driver, "/one", "/one", "/one") == [200] * 3
    refused = driver.send("GET", "/both", token=driver.admin.token)
    assert (refused.status, refused[LIMIT]) == (429, "3")
    assert 59 <= int(refused["Retry-After"]) <= 60


def test_two_tokens_have_a_bucket_each(limited: Callable[..., Any]) -> None:
    driver = limited()
    assert statuses(driver, *["/one"] * 4) == [200] * 3 + [429]
    assert statuses(driver, "/one", token=driver.identity("other").token) == [200]


@pytest.mark.parametrize("per", ["account", "user"])
def test_tokens_of_one_account_or_user_share_a_bucket(
    limited: Callable[..., Any], per: str
) -> None:
    driver = limited(per=per)
    second = driver.control("POST", "/identities", {"user": "user-admin"}).json["token"]
    assert statuses(driver, *["/one"] * 3) == [200] * 3
    assert statuses(driver, "/one", token=second) == [429]


def test_counting_by_address_takes_all_callers_together(limited: Callable[..., Any]) -> None:
    driver = limited(per="ip")
    assert statuses(driver, *["/one"] * 3) == [200] * 3
    assert statuses(driver, "/one", token=driver.identity("other").token) == [429]


def test_what_is_refused_before_the_limit_costs_nothing(limited: Callable[..., Any]) -> None:
    driver = limited()
    assert [driver.send("GET", "/one").status for _ in range(5)] == [401] * 5
    assert statuses(driver, "/one") == [200]


def test_a_limit_before_the_credential_counts_whoever_asks(limited: Callable[..., Any]) -> None:
    driver = limited(before="credential", per="ip")
    assert [driver.send("GET", "/one").status for _ in range(4)] == [401] * 3 + [429]


def test_answers_that_do_not_count_are_given_back(limited: Callable[..., Any]) -> None:
    driver = limited(counts=["4xx"])
    assert statuses(driver, *["/one"] * 6) == [200] * 6


def test_an_operation_that_is_open_has_no_limit_of_its_own(limited: Callable[..., Any]) -> None:
    driver = limited()
    assert [driver.send("GET", "/open").status for _ in range(5)] == [200] * 5


def test_a_window_passes_when_the_clock_is_moved(limited: Callable[..., Any]) -> None:
    driver = limited()
    assert statuses(driver, *["/one"] * 4)[-1] == 429
    driver.control("POST", "/clock", {"advance": 60})
    assert statuses(driver, "/one") == [200]


@pytest.mark.parametrize("name", ["fixed", "aligned", "sliding-log", "sliding-counter", "bucket"])
def test_every_limiter_keeps_the_promised_limit(limited: Callable[..., Any], name: str) -> None:
    driver = limited()
    driver.control("PUT", "/variant", {"limiter": name})
    assert statuses(driver, *["/one"] * 4) == [200] * 3 + [429]


@pytest.mark.parametrize(
    ("unit", "low", "high"),
    [
        ("epoch-seconds", 1.7e9, 1e10),
        ("epoch-milliseconds", 1.7e12, 1e13),
        ("seconds", 59, 60),
    ],
)
def test_the_reset_is_told_in_the_promised_unit(
    limited: Callable[..., Any], unit: str, low: float, high: float
) -> None:
    driver = limited(headers={"limit": LIMIT, "reset": {"name": "X-Reset", "unit": unit}})
    assert low <= int(driver.send("GET", "/one", token=driver.admin.token)["X-Reset"]) <= high


def test_a_date_is_a_date_in_both_fields(limited: Callable[..., Any]) -> None:
    driver = limited(
        headers={"limit": LIMIT, "reset": {"name": "X-Reset", "unit": "http-date"}},
        refusal={"status": 429, "retry_after": "http-date"},
    )
    statuses(driver, *["/one"] * 3)
    refused = driver.send("GET", "/one", token=driver.admin.token)
    assert refused["X-Reset"].endswith(" GMT")
    assert refused["Retry-After"] == refused["X-Reset"]


def test_a_limit_that_bills_refuses_nobody(limited: Callable[..., Any]) -> None:
    driver = limited(over="bill")
    assert statuses(driver, *["/one"] * 5) == [200] * 5
