"""The token operation (RFC 6749, sections 4.4 and 5) and revocation (RFC 7009)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus

import pytest


def basic(name: str, secret: str) -> tuple[str, str]:
    pair = f"{quote_plus(name)}:{quote_plus(secret)}".encode()
    return "Authorization", f"Basic {b64encode(pair).decode()}"


def token(driver: Any, tenant: int = 0, **values: str) -> Any:
    client = driver.server.clients[tenant]
    given = {"grant_type": "client_credentials", **values}
    return driver.form("/oauth/token", [basic(client.id, client.secret)], **given)


def test_a_client_gets_a_token_by_basic(canonical: Any) -> None:
    answer = token(canonical)
    assert answer.status == 200
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 3600
    assert answer["Cache-Control"] == "no-store"
    assert canonical.send("GET", "/v2/account", token=answer.json["access_token"]).status == 200


def test_a_client_gets_a_token_by_form(canonical: Any) -> None:
    client = canonical.server.clients[0]
    values = {"client_id": client.id, "client_secret": client.secret}
    answer = canonical.form("/oauth/token", grant_type="client_credentials", **values)
    assert answer.status == 200


def test_a_token_has_the_scopes_that_were_asked_for(canonical: Any) -> None:
    answer = token(canonical, scope="contacts:read account:read")
    assert answer.json["scope"] == "contacts:read account:read"
    statuses = [
        canonical.send("GET", path, token=answer.json["access_token"]).status
        for path in ("/v2/contacts", "/v2/account", "/v2/messages")
    ]
    assert statuses == [200, 200, 403]


def test_a_token_is_of_its_clients_tenant(canonical: Any) -> None:
    created = canonical.create("createContact")
    mine, theirs = (token(canonical, tenant).json["access_token"] for tenant in (0, 1))
    assert canonical.send("GET", f"/v2/contacts/{created}", token=mine).status == 200
    assert canonical.send("GET", f"/v2/contacts/{created}", token=theirs).status == 404


def test_a_token_expires_on_the_servers_clock(canonical: Any) -> None:
    issued = token(canonical).json["access_token"]
    canonical.control("POST", "/clock", {"advance": 3599})
    assert canonical.send("GET", "/v2/account", token=issued).status == 200
    canonical.control("POST", "/clock", {"advance": 1})
    assert canonical.send("GET", "/v2/account", token=issued).status == 401


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"scope": "contacts:read no:such"}, "invalid_scope"),
    ],
)
def test_a_request_that_cannot_be_served_says_why(
    canonical: Any, values: dict[str, str], error: str
) -> None:
    answer = token(canonical, **values)
    assert (answer.status, answer.json["error"]) == (400, error)
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([("Content-Type", "application/x-www-form-urlencoded")], b""),
        ([("Content-Type", "application/x-www-form-urlencoded")], b"scope=contacts:read"),
        (
            [("Content-Type", "application/x-www-form-urlencoded")],
            b"grant_type=client_credentials&scope=a&scope=b",
        ),
        ([("Content-Type", "application/json")], b'{"grant_type": "client_credentials"}'),
        ([], b"grant_type=client_credentials"),
    ],
)
def test_a_malformed_request_is_an_invalid_one(
    canonical: Any, headers: list[tuple[str, str]], body: bytes
) -> None:
    answer = canonical.send("POST", "/oauth/token", headers=headers, body=body)
    assert answer.status in (400, 415)
    assert answer.json["error"] == "invalid_request"


def test_a_client_that_authenticates_in_two_ways_is_refused(canonical: Any) -> None:
    client = canonical.server.clients[0]
    answer = token(canonical, client_id=client.id, client_secret=client.secret)
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "header",
    [
        basic("nobody", "nothing"),
        ("Authorization", "Basic !!!"),
        ("Authorization", "Basic /w=="),
        ("Authorization", "Basic"),
        ("Authorization", "Bearer abc"),
    ],
)
def test_a_client_that_is_not_known_is_challenged_by_its_own_scheme(
    canonical: Any, header: tuple[str, str]
) -> None:
    answer = canonical.form("/oauth/token", [header], grant_type="client_credentials")
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")
    assert answer["WWW-Authenticate"].startswith("Basic ")


def test_a_known_client_with_another_ones_secret_is_refused(canonical: Any) -> None:
    one, two, _ = canonical.server.clients
    header = basic(one.id, two.secret)
    answer = canonical.form("/oauth/token", [header], grant_type="client_credentials")
    assert answer.json["error"] == "invalid_client"


def test_a_revoked_token_is_refused_and_the_others_are_not(canonical: Any) -> None:
    gone, kept = (token(canonical).json["access_token"] for _ in range(2))
    client = canonical.server.clients[0]
    answer = canonical.form("/oauth/revoke", [basic(client.id, client.secret)], token=gone)
    assert answer.status == 200
    assert [canonical.send("GET", "/v2/account", token=t).status for t in (gone, kept)] == [
        401,
        200,
    ]


def test_to_revoke_a_token_that_nobody_has_is_no_error_and_no_effect(canonical: Any) -> None:
    client = canonical.server.clients[0]
    answer = canonical.form("/oauth/revoke", [basic(client.id, client.secret)], token="none")
    assert answer.status == 200
    assert canonical.effects() == 0


def test_nobody_revokes_the_token_of_another_client(canonical: Any) -> None:
    issued = token(canonical).json["access_token"]
    other = canonical.server.clients[1]
    canonical.form("/oauth/revoke", [basic(other.id, other.secret)], token=issued)
    assert canonical.send("GET", "/v2/account", token=issued).status == 200


def test_to_revoke_takes_a_client_and_a_token(canonical: Any) -> None:
    issued = token(canonical).json["access_token"]
    assert canonical.form("/oauth/revoke", token=issued).json["error"] == "invalid_client"
    client = canonical.server.clients[0]
    header = basic(client.id, client.secret)
    assert canonical.form("/oauth/revoke", [header], other="x").json["error"] == "invalid_request"
    assert canonical.send("GET", "/v2/account", token=issued).status == 200


def refreshable(driver: Any, tenant: int = 0, scope: str = "contacts:read") -> Any:
    return token(driver, tenant, scope=f"{scope} offline_access").json


def refresh(driver: Any, refresh_token: str, tenant: int = 0, **values: str) -> Any:
    given = {"grant_type": "refresh_token", "refresh_token": refresh_token, **values}
    return token(driver, tenant, **given)


def test_a_refresh_token_is_for_those_who_ask_for_it(canonical: Any) -> None:
    assert "refresh_token" not in token(canonical).json
    assert "refresh_token" not in token(canonical, scope="contacts:read").json
    assert refreshable(canonical)["refresh_token"]


def test_a_refresh_gets_a_new_token_and_the_next_refresh_token(canonical: Any) -> None:
    first = refreshable(canonical)
    second = refresh(canonical, first["refresh_token"]).json
    assert second["scope"] == first["scope"]
    assert second["access_token"] != first["access_token"]
    assert canonical.send("GET", "/v2/contacts", token=second["access_token"]).status == 200
    assert refresh(canonical, second["refresh_token"]).status == 200


def test_a_refresh_token_works_once(canonical: Any) -> None:
    first = refreshable(canonical)
    refresh(canonical, first["refresh_token"])
    again = refresh(canonical, first["refresh_token"])
    assert (again.status, again.json["error"]) == (400, "invalid_grant")


def test_a_refresh_token_is_of_no_use_to_another_client(canonical: Any) -> None:
    first = refreshable(canonical)
    answer = refresh(canonical, first["refresh_token"], tenant=1)
    assert (answer.status, answer.json["error"]) == (400, "invalid_grant")
    assert refresh(canonical, first["refresh_token"]).status == 200


def test_a_refresh_narrows_a_scope_and_does_not_widen_it(canonical: Any) -> None:
    first = refreshable(canonical, scope="contacts:read account:read")
    wider = refresh(canonical, first["refresh_token"], scope="contacts:read messages:read")
    assert (wider.status, wider.json["error"]) == (400, "invalid_scope")
    narrower = refresh(canonical, first["refresh_token"], scope="contacts:read").json
    assert narrower["scope"] == "contacts:read"
    assert canonical.send("GET", "/v2/account", token=narrower["access_token"]).status == 403


def revoke(driver: Any, revoked: str, tenant: int = 0) -> Any:
    client = driver.server.clients[tenant]
    return driver.form("/oauth/revoke", [basic(client.id, client.secret)], token=revoked)


def test_with_a_refresh_token_go_its_access_tokens(canonical: Any) -> None:
    first = refreshable(canonical)
    assert revoke(canonical, first["refresh_token"]).status == 200
    assert refresh(canonical, first["refresh_token"]).status == 400
    assert canonical.send("GET", "/v2/contacts", token=first["access_token"]).status == 401


def test_nobody_revokes_the_tokens_of_another_client(canonical: Any) -> None:
    first = refreshable(canonical)
    for mine in (first["access_token"], first["refresh_token"]):
        answer = revoke(canonical, mine, tenant=1)
        assert (answer.status, answer.json["error"]) == (400, "invalid_grant")
    assert canonical.send("GET", "/v2/contacts", token=first["access_token"]).status == 200
    assert refresh(canonical, first["refresh_token"]).status == 200


def test_a_client_without_a_secret_gets_tokens_by_codes_alone(canonical: Any) -> None:
    (app,) = canonical.server.public_clients

    def ask(**pairs: str) -> Any:
        return canonical.form("/oauth/token", client_id=app.id, **pairs)

    refused = ask(grant_type="client_credentials")
    assert (refused.status, refused.json["error"]) == (400, "unauthorized_client")
    assert ask(grant_type="client_credentials", client_secret="guessed").status == 401
    assert ask(grant_type="authorization_code", code="none").json["error"] == "invalid_grant"
