"""Each fault of authentication shows in a conversation that an honest server holds otherwise."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apicheck.model.forgery_key import public_jwk
from apicheck.probe.placeholders import derive
from reference_server.faults import Catalogue
from reference_server.json_web_tokens import public_key

FAULTS = [name for name in Catalogue().faults if name.startswith("auth/")]


def hmac(secret: bytes) -> str:
    return f"~jose(alg=HS256)~hmac({base64.urlsafe_b64encode(secret).decode()})"


CHANGES = [
    "~jose(alg=none)~unsigned",
    "~claim(apicheck=true)",
    hmac(public_key()),
    f"~jose(jwk={public_jwk()})~jose(alg=RS256)~rsa",
    "~jose(kid=../dev/null)" + hmac(b""),
    "~jose(kid=' UNION SELECT 'apicheck' --)" + hmac(b"apicheck"),
]
CLAIMS: list[dict[str, Any]] = [{"exp": 1}, {"nbf": 2e10}, {"aud": "x"}, {"iss": "x"}]
JSON = ("Content-Type", "application/json")


def bearer(token: str, word: str = "Bearer") -> tuple[str, str]:
    return "Authorization", f"{word} {token}"


def conversation(driver: Any) -> Iterator[Any]:
    """Answers to requests whose credentials are wrong in one way each, and to some that are not."""

    def ask(method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> Any:
        return driver.send(method, target, headers=headers, body=body)

    admin, mine = driver.admin, driver.admin.credentials
    token, account = admin.token, "/v2/account"
    for bad in ("wrong", token[:12] + "x" * 28, token.swapcase(), f"{token[:20]}%"):
        yield ask("GET", account, bearer(bad))
    for state in ("expired", "revoked", "suspended"):
        yield ask("GET", account, bearer(driver.identity(state).token))
    yield ask("GET", account)
    yield ask("GET", account, bearer(token, "bearer"))
    yield ask("GET", account, ("X-API-Key", mine["apiKey"]))
    yield ask("GET", "/.well-known/jwks.json")
    yield ask("POST", "/v2/api-keys/none/rotate", bearer(mine["session"]))
    yield ask("GET", f"{account}?access_token={token}")
    yield ask("GET", account, ("Cookie", f"access_token={token}"))
    yield ask("POST", "/v2/contacts", JSON, body=b'{"access_token": "%s"}' % token.encode())
    yield ask("GET", account, bearer(token), bearer("wrong"))
    yield ask("GET", account, bearer("wrong"), bearer(token))
    yield ask("POST", "/v2/contacts", JSON, body=b"{")
    yield ask("HEAD", account)
    yield ask("GET", f"{account}/")
    yield ask("GET", f"/.{account}")
    created = driver.send("POST", "/v2/contacts", token=token, value={"email": "a@example.com"})
    path = created["Location"] or "/v2/contacts/none"
    yield ask("GET", path, ("X-HTTP-Method-Override", "PATCH"), JSON)
    yield ask("GET", path)
    yield ask("PATCH", path, JSON, body=b'{"first_name": "Eve"}')
    yield ask("GET", path, bearer(token))
    for change in CHANGES:
        yield ask("GET", "/v2/api-keys", bearer(derive(mine["session"], change)))
    for claims in CLAIMS:
        wish = {"scheme": "session", "claims": claims}
        made = driver.control("POST", "/identities", wish).json
        yield ask("GET", "/v2/api-keys", bearer(made["token"]))
    session = driver.send("POST", "/v2/sessions", token=token, value={"label": "x"}).json
    yield ask("GET", "/v2/api-keys", bearer(session["token"]))
    yield ask("DELETE", f"/v2/sessions/{session['id']}", bearer(mine["session"]))
    yield ask("GET", "/v2/api-keys", bearer(session["token"]))
    poor = driver.control("POST", "/identities", {"scopes": []}).json["token"]
    yield ask("GET", "/v2/contacts", bearer(poor))
    yield ask("POST", "/v2/contacts", bearer("wrong"), JSON, body=b"{")
    new = b'{"email": "b@example.com"}'
    yield ask("POST", "/v2/contacts", JSON, body=new)
    yield ask("POST", "/v2/contacts", bearer(token), JSON, body=new)


def seen(driver: Any) -> list[tuple[int, Any, bool]]:
    """Status and challenge of each answer, and whether it shows the object."""
    return [
        (answer.status, answer["WWW-Authenticate"], b"a@example.com" in answer.content)
        for answer in conversation(driver)
    ]


@pytest.fixture(scope="module")
def honest() -> list[Any]:
    return []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_authentication_shows(
    drive: Callable[[str], Any], honest: list[Any], name: str
) -> None:
    if not honest:
        honest += seen(drive("canonical"))
    driver = drive("canonical")
    driver.control("PUT", "/faults", {"on": [name]})
    assert seen(driver) != honest


def test_an_honest_server_lets_in_whom_it_should(drive: Callable[[str], Any]) -> None:
    statuses = [status for status, _, _ in seen(drive("canonical"))]
    assert [n for n, status in enumerate(statuses) if status < 300] == [8, 9, 10, 24, 35, 36, 41]
