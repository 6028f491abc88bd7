"""The authorization endpoint, its codes, and the metadata, as the canonical policy has them."""

from __future__ import annotations

import hashlib
from base64 import b64encode, urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

VERIFIER = "a-verifier-of-at-least-forty-three-characters-0"
DIGEST = hashlib.sha256(VERIFIER.encode()).digest()
CHALLENGE = urlsafe_b64encode(DIGEST).decode().rstrip("=")


def asked(driver: Any, **changes: str | None) -> Any:
    """The response to an authorization request of the first client and the first person."""
    client, person = driver.server.clients[0], driver.server.first_identities[0]
    query = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": client.redirect_uri,
        "scope": "contacts:read offline_access",
        "state": "a b&c",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    pairs = {name: value for name, value in query.items() if value is not None}
    path = f"/oauth/authorize?{urlencode(pairs)}"
    return driver.send("GET", path, headers=[("Host", "api")], token=person.token)


def redirect(response: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(response["Location"]).query))


def exchanged(driver: Any, code: str, client: int = 0, **changes: str) -> Any:
    mine, holder = driver.server.clients[0], driver.server.clients[client]
    pair = b64encode(f"{holder.id}:{holder.secret}".encode()).decode()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": mine.redirect_uri,
        "code_verifier": VERIFIER,
        **changes,
    }
    return driver.form("/oauth/token", [("Authorization", f"Basic {pair}")], **form)


def test_a_code_gets_a_token_of_the_person(canonical: Any) -> None:
    response = asked(canonical)
    said = redirect(response)
    assert (response.status, said["state"], said["iss"]) == (302, "a b&c", "http://api")
    token = exchanged(canonical, said["code"]).json
    assert token["scope"] == "contacts:read offline_access"
    assert canonical.send("GET", "/v2/contacts", token=token["access_token"]).status == 200
    assert canonical.send("GET", "/v2/messages", token=token["access_token"]).status == 403


@pytest.mark.parametrize(
    "changes",
    [{"client": 1}, {"redirect_uri": "https://x/"}, {"code_verifier": CHALLENGE}, {"code": "x"}],
)
def test_a_code_is_of_its_client_redirect_uri_and_verifier(
    canonical: Any, changes: dict[str, Any]
) -> None:
    code = redirect(asked(canonical))["code"]
    refused = exchanged(canonical, **{"code": code, **changes})
    assert (refused.status, refused.json["error"]) == (400, "invalid_grant")
    assert exchanged(canonical, code).status == 200


def test_a_code_lives_for_five_minutes(canonical: Any) -> None:
    code = redirect(asked(canonical))["code"]
    canonical.control("POST", "/clock", {"advance": 300})
    assert exchanged(canonical, code).json["error"] == "invalid_grant"


def test_a_code_that_comes_again_ends_what_it_got(canonical: Any) -> None:
    code = redirect(asked(canonical))["code"]
    token = exchanged(canonical, code).json
    assert exchanged(canonical, code).json["error"] == "invalid_grant"
    assert canonical.send("GET", "/v2/contacts", token=token["access_token"]).status == 401
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    assert exchanged(canonical, code, **refresh).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"scope": "no:such"}, "invalid_scope"),
    ],
)
def test_a_bad_request_is_told_to_the_client(
    canonical: Any, changes: dict[str, str | None], error: str
) -> None:
    said = redirect(asked(canonical, **changes))
    assert said == {"error": error, "state": "a b&c", "iss": "http://api"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"client_id": "nobody"}, 400), ({"redirect_uri": "https://a.example/callback/x"}, 400)],
)
def test_a_browser_is_sent_nowhere_that_is_not_registered(
    canonical: Any, changes: dict[str, str], status: int
) -> None:
    response = asked(canonical, **changes)
    assert (response.status, response["Location"]) == (status, None)


def test_nobody_is_let_in_without_a_person(canonical: Any) -> None:
    client = canonical.server.clients[0]
    query = urlencode({"client_id": client.id, "redirect_uri": client.redirect_uri})
    assert canonical.send("GET", f"/oauth/authorize?{query}").status == 401


def test_the_metadata_say_what_is_there(canonical: Any) -> None:
    path = "/.well-known/oauth-authorization-server"
    members = canonical.send("GET", path, headers=[("Host", "api")]).json
    assert members["issuer"] == "http://api"
    assert members["authorization_endpoint"] == "http://api/oauth/authorize"
    assert members["code_challenge_methods_supported"] == ["S256"]
    assert "authorization_code" in members["grant_types_supported"]


def test_a_profile_without_oauth_has_neither(webengage: Any) -> None:
    for path in ("/.well-known/oauth-authorization-server", "/oauth/authorize"):
        assert webengage.send("GET", path).status in (401, 404)


def test_a_client_gets_no_scope_beyond_its_own(canonical: Any) -> None:
    limited = canonical.server.clients[2]
    pair = b64encode(f"{limited.id}:{limited.secret}".encode()).decode()
    form = {"grant_type": "client_credentials", "scope": "contacts:read messages:read"}
    refused = canonical.form("/oauth/token", [("Authorization", f"Basic {pair}")], **form)
    assert refused.json["error"] == "invalid_scope"


def test_an_account_changes_with_all_its_credentials(canonical: Any) -> None:
    made = canonical.control("POST", "/identities", {}).json
    path = f"/identities/{made['id']}"
    users = [
        lambda: canonical.send("GET", "/v2/users", token=made["token"]).status,
        lambda: canonical.send("GET", "/v2/users", headers=[key]).status,
    ]
    key = ("X-API-Key", made["credentials"]["apiKey"])
    assert [use() for use in users] == [200, 200]
    canonical.control("PATCH", path, {"roles": []})
    assert [use() for use in users] == [403, 403]
    canonical.control("PATCH", path, {"state": "suspended"})
    assert [use() for use in users] == [403, 403]
    canonical.control("PATCH", path, {})
    assert [use() for use in users] == [200, 200]
    assert canonical.control("PATCH", path, {"name": "x"}).status == 400
    assert canonical.control("PATCH", "/identities/none", {}).status == 400
