"""Sessions and API keys of the canonical API: what is handed out works until it is ended."""

from typing import Any

import jwt
import pytest

from reference_server.state.json_web_tokens import make_key_set


def bearer(token: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {token}")]


def begun(driver: Any) -> tuple[str, str]:
    answer = driver.send("POST", "/v2/sessions", value={"label": "x"}, token=driver.admin.token)
    assert answer.status == 201
    return answer.json["id"], answer.json["token"]


def status(driver: Any, method: str, path: str, headers: list[tuple[str, str]]) -> int:
    return int(driver.send(method, path, headers=headers).status)


def test_the_token_of_a_session_is_signed_with_the_key_that_is_published(canonical: Any) -> None:
    _, token = begun(canonical)
    published = canonical.send("GET", "/.well-known/jwks.json").json
    assert published == make_key_set()
    key = jwt.PyJWK(published["keys"][0]).key
    claims = jwt.decode(
        token, key, ["RS256"], audience="canonical-api", issuer="https://api.example.com"
    )
    assert claims["exp"] > claims["iat"] > claims["nbf"]


def test_a_session_works_until_it_is_ended(canonical: Any) -> None:
    session, token = begun(canonical)
    assert status(canonical, "GET", "/v2/api-keys", bearer(token)) == 200
    assert status(canonical, "DELETE", f"/v2/sessions/{session}", bearer(token)) == 204
    assert status(canonical, "GET", "/v2/api-keys", bearer(token)) == 401


def test_a_session_ends_with_its_hour(canonical: Any) -> None:
    _, token = begun(canonical)
    canonical.control("POST", "/clock", {"advance": 3601})
    assert status(canonical, "GET", "/v2/api-keys", bearer(token)) == 401


def test_an_api_key_has_the_scopes_that_were_chosen_and_is_replaced_an_hour_after_its_rotation(
    canonical: Any,
) -> None:
    mine = canonical.admin.credentials
    session, both = (
        bearer(mine["session"]),
        [*bearer(mine["session"]), ("X-API-Key", mine["apiKey"])],
    )
    made = canonical.send(
        "POST", "/v2/api-keys", value={"name": "n", "scopes": ["contacts:read"]}, headers=session
    ).json
    key = [("X-API-Key", made["key"])]
    assert status(canonical, "GET", "/v2/contacts", key) == 200
    assert status(canonical, "GET", "/v2/messages", key) == 403
    rotated = canonical.send("POST", f"/v2/api-keys/{made['id']}/rotate", headers=both).json
    new = [("X-API-Key", rotated["key"])]
    assert [status(canonical, "GET", "/v2/contacts", one) for one in (key, new)] == [200, 200]
    canonical.control("POST", "/clock", {"advance": 3600})
    assert [status(canonical, "GET", "/v2/contacts", one) for one in (key, new)] == [401, 200]


@pytest.mark.parametrize("part", ["session", "apiKey"])
def test_a_part_of_a_combination_is_not_enough(canonical: Any, part: str) -> None:
    mine = canonical.admin.credentials
    headers = bearer(mine["session"]) if part == "session" else [("X-API-Key", mine["apiKey"])]
    assert status(canonical, "POST", "/v2/api-keys/none/rotate", headers) == 401


def test_more_credentials_than_one_are_refused_unless_both_are_asked_for(canonical: Any) -> None:
    mine = canonical.admin
    both = [*bearer(mine.token), ("X-API-Key", mine.credentials["apiKey"])]
    assert status(canonical, "GET", "/v2/contacts", both) == 400


@pytest.mark.parametrize(
    ("claims", "expected"),
    [({}, 200), ({"exp": 1}, 401), ({"nbf": 2e10}, 401), ({"aud": "x"}, 401), ({"iss": None}, 401)],
)
def test_an_identity_is_minted_with_claims(
    canonical: Any, claims: dict[str, Any], expected: int
) -> None:
    wish = {"scheme": "session", "claims": claims}
    made = canonical.control("POST", "/identities", wish).json
    assert made["scheme"] == "session"
    assert status(canonical, "GET", "/v2/api-keys", bearer(made["token"])) == expected
