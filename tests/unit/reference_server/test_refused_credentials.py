"""Of requests whose credential is wrong in one way each, none is served."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from apicheck.model.forgery_key import public_jwk
from apicheck.probe.placeholders import derive
from reference_server.state.json_web_tokens import get_public_key

ACCOUNT, KEYS = "/v2/account", "/v2/api-keys"
JSON = ("Content-Type", "application/json")
Ask = Callable[[Any], Any]


def bearer(token: str, word: str = "Bearer") -> tuple[str, str]:
    return "Authorization", f"{word} {token}"


def hmac(secret: bytes) -> str:
    return f"~jose(alg=HS256)~hmac({base64.urlsafe_b64encode(secret).decode()})"


def claiming(driver: Any, **claims: Any) -> Any:
    spec = {"scheme": "session", "claims": claims}
    return driver.send("GET", KEYS, token=driver.control("POST", "/identities", spec).json["token"])


def get(path: str, credential: Callable[[str], str]) -> Ask:
    """A request with what becomes of the token of the first identity."""
    return lambda driver: driver.send("GET", path, token=credential(driver.admin.token))


def twice(*order: int) -> Ask:
    def ask(driver: Any) -> Any:
        fields = [bearer(driver.admin.token), bearer("wrong")]
        return driver.send("GET", ACCOUNT, headers=[fields[index] for index in order])

    return ask


REFUSED: dict[str, tuple[int, Ask]] = {
    "a word": (401, get(ACCOUNT, lambda _: "wrong")),
    "a token with another end": (401, get(ACCOUNT, lambda token: token[:12] + "x" * 28)),
    "a token in another case": (401, get(ACCOUNT, str.swapcase)),
    "a token with a wildcard": (401, get(ACCOUNT, lambda token: f"{token[:20]}%")),
    "none": (401, lambda driver: driver.send("GET", ACCOUNT)),
    "none, for HEAD": (401, lambda driver: driver.send("HEAD", ACCOUNT)),
    "none, with a slash at the end": (404, lambda driver: driver.send("GET", f"{ACCOUNT}/")),
    "none, with dots in the path": (404, lambda driver: driver.send("GET", f"/.{ACCOUNT}")),
    "none, with a body that is no JSON": (
        401,
        lambda driver: driver.send("POST", "/v2/contacts", headers=[JSON], body=b"{"),
    ),
    "one in the query": (
        401,
        lambda driver: driver.send("GET", f"{ACCOUNT}?access_token={driver.admin.token}"),
    ),
    "one in a cookie": (
        401,
        lambda driver: driver.send(
            "GET", ACCOUNT, headers=[("Cookie", f"access_token={driver.admin.token}")]
        ),
    ),
    "one in the body": (
        401,
        lambda driver: driver.send(
            "POST", "/v2/contacts", value={"access_token": driver.admin.token}
        ),
    ),
    "two, the second wrong": (400, twice(0, 1)),
    "two, the first wrong": (400, twice(1, 0)),
    "a JWT that is over": (401, lambda driver: claiming(driver, exp=1)),
    "a JWT that has not begun": (401, lambda driver: claiming(driver, nbf=2e10)),
    "a JWT for another audience": (401, lambda driver: claiming(driver, aud="x")),
    "a JWT of another issuer": (401, lambda driver: claiming(driver, iss="x")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_is_refused_that_has(canonical: Any, case: str) -> None:
    status, ask = REFUSED[case]
    assert ask(canonical).status == status


FORGED: dict[str, Callable[[], str]] = {
    "no signature": lambda: "~jose(alg=none)~unsigned",
    "another claim": lambda: "~claim(apicheck=true)",
    # The server makes its key when it is first asked for, another one in each process.
    "an HMAC by the public key": lambda: hmac(get_public_key()),
    "a key of its own": lambda: f"~jose(jwk={public_jwk()})~jose(alg=RS256)~rsa",
    "an empty file as its key": lambda: "~jose(kid=../dev/null)" + hmac(b""),
    "a key out of a query": lambda: "~jose(kid=' UNION SELECT 'apicheck' --)" + hmac(b"apicheck"),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_jwt_that_the_server_did_not_sign_is_refused(canonical: Any, forged: str) -> None:
    session = canonical.admin.credentials["session"]
    assert canonical.send("GET", KEYS, token=session).status == 200
    assert canonical.send("GET", KEYS, token=derive(session, FORGED[forged]())).status == 401


def test_a_refused_request_neither_changes_nor_shows_its_object(canonical: Any) -> None:
    path = f"/v2/contacts/{canonical.create('createContact')}"
    shown = canonical.send("GET", path, token=canonical.admin.token)
    overridden = [("X-HTTP-Method-Override", "PATCH"), JSON]
    refused = [
        canonical.send("GET", path),
        canonical.send("GET", path, headers=overridden),
        canonical.send("PATCH", path, value={"first_name": "Eve"}),
        canonical.send("DELETE", path),
    ]
    assert [one.status for one in refused] == [401] * 4
    assert [one for one in refused if shown.json["email"].encode() in one.content] == []
    assert canonical.send("GET", path, token=canonical.admin.token).json == shown.json


def test_a_refused_request_to_create_something_creates_nothing(canonical: Any) -> None:
    value = {"email": "b@example.com"}
    assert canonical.send("POST", "/v2/contacts", value=value).status == 401
    made = canonical.send("POST", "/v2/contacts", token=canonical.admin.token, value=value)
    assert made.status == 201


def test_the_name_of_the_scheme_may_be_in_any_case(canonical: Any) -> None:
    headers = [bearer(canonical.admin.token, "bearer")]
    assert canonical.send("GET", ACCOUNT, headers=headers).status == 200


@pytest.mark.parametrize("state", ["expired", "revoked"])
def test_a_credential_out_of_use_is_refused(canonical: Any, state: str) -> None:
    token = canonical.identity(state).token
    assert canonical.send("GET", ACCOUNT, token=token).status == 401


def test_an_account_out_of_use_is_refused(canonical: Any) -> None:
    token = canonical.identity("suspended").token
    assert canonical.send("GET", ACCOUNT, token=token).status == 403
