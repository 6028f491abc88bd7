"""What browsers are told: by facts, and to nobody else."""

from typing import Any

import pytest

APP = "https://app.example.com"
ASKED = (
    ("Access-Control-Request-Method", "GET"),
    ("Access-Control-Request-Headers", "authorization"),
)


def test_a_preflight_of_a_promised_page_is_answered_without_a_credential(canonical: Any) -> None:
    answer = canonical.send("OPTIONS", "/v2/contacts", headers=(("Origin", APP), *ASKED))
    assert answer.status == 204
    assert answer["Access-Control-Allow-Origin"] == APP
    assert "GET" in str(answer["Access-Control-Allow-Methods"])
    assert answer["Access-Control-Allow-Headers"] == "authorization"
    assert answer["X-Request-Id"]


@pytest.mark.parametrize(
    ("path", "origin", "status"),
    [
        ("/v2/contacts", "https://apicheck.invalid", 405),
        ("/v2/contacts", f"{APP}.apicheck.invalid", 405),
        ("/v2/nothing", APP, 404),
    ],
)
def test_any_other_preflight_is_a_request_like_others(
    canonical: Any, path: str, origin: str, status: int
) -> None:
    answer = canonical.send("OPTIONS", path, headers=(("Origin", origin), *ASKED))
    assert answer.status == status
    assert (answer["Access-Control-Allow-Origin"] == origin) is (origin == APP)


def test_hsts_is_for_https_alone(canonical: Any) -> None:
    assert canonical.send("GET", "/v2/contacts")["Strict-Transport-Security"] is None
    secure = canonical.send("GET", "/v2/contacts", headers=[("X-Forwarded-Proto", "https")])
    assert secure["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
