"""Where a credential stands, and how it is written, is as the document and the policy say."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
}


def document(*names: str) -> dict[str, Any]:
    answers = {status: {"description": "."} for status in ("200", "401", "403", "404")}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Keys", "version": "1"},
        "components": {"securitySchemes": {name: SCHEMES[name] for name in names}},
        "security": [{name: []} for name in names],
        "paths": {"/me": {"get": {"operationId": "me", "responses": answers}}},
    }


def ways(token: str) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    return {
        "bearer": ("/me", [("Authorization", f"Bearer {token}")]),
        "basic": ("/me", [("Authorization", f"Basic {token}")]),
        "header": ("/me", [("X-Key", token)]),
        "query": (f"/me?key={token.replace('=', '%3D')}", []),
        "cookie": ("/me", [("Cookie", f"a=b; session={token}")]),
    }


@pytest.fixture
def keyed(drive: Callable[[Any], Any], made_up: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *names, **facts: drive(made_up(facts, document(*names)))


@pytest.mark.parametrize("name", SCHEMES)
def test_a_credential_is_taken_where_the_document_has_it_and_nowhere_else(
    keyed: Callable[..., Any], name: str
) -> None:
    driver = keyed(name)
    statuses = {
        way: driver.send("GET", target, headers=headers).status
        for way, (target, headers) in ways(driver.admin.token).items()
    }
    assert statuses == {way: 200 if way == name else 401 for way in SCHEMES}


def test_one_of_several_alternatives_is_enough(keyed: Callable[..., Any]) -> None:
    driver = keyed("bearer", "header")
    for way in ("bearer", "header"):
        token = {"bearer": driver.admin.token, **driver.admin.credentials}[way]
        target, headers = ways(token)[way]
        assert driver.send("GET", target, headers=headers).status == 200


def test_a_basic_credential_is_a_name_and_a_password(keyed: Callable[..., Any]) -> None:
    name, mark, password = b64decode(keyed("basic").admin.token).decode().partition(":")
    assert (bool(name), mark, bool(password)) == (True, ":", True)


@pytest.mark.parametrize(
    ("name", "scheme"), [("bearer", "Bearer"), ("basic", "Basic"), ("header", "ApiKey")]
)
def test_a_challenge_names_the_scheme_of_the_document(
    keyed: Callable[..., Any], name: str, scheme: str
) -> None:
    answer = keyed(name).send("GET", "/me")
    assert answer["WWW-Authenticate"] == f'{scheme} realm="Keys"'


def test_a_cookie_that_is_none_is_no_credential(keyed: Callable[..., Any]) -> None:
    answer = keyed("cookie").send("GET", "/me", headers=[("Cookie", "\x01=;;==")])
    assert answer.status == 401


@pytest.mark.parametrize("state", ["pending", "suspended"])
def test_a_credential_is_genuine_while_its_account_is_not_served(
    keyed: Callable[..., Any], state: str
) -> None:
    driver = keyed("bearer", authentication={"refusal": 401, "states": {state: 403}})
    assert driver.send("GET", "/me", token=driver.identity(state).token).status == 403


def test_a_prefix_of_the_policys_own_is_part_of_the_value(keyed: Callable[..., Any]) -> None:
    driver = keyed("header", authentication={"refusal": 401, "prefix": "Key "})
    token = driver.admin.token
    statuses = [
        driver.send("GET", "/me", headers=[("X-Key", value)]).status
        for value in (f"Key {token}", token, f"key {token}")
    ]
    assert statuses == [200, 401, 401]
