"""Each fault of OAuth changes a conversation of two clients with the token operation."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from reference_server.faults import Catalogue

FAULTS = [name for name in Catalogue().faults if name.startswith("oauth/")]
ASK = {"grant_type": "client_credentials", "scope": "contacts:read offline_access"}


def talk(driver: Any) -> list[Any]:
    """Statuses, error codes and the like: what does not differ between two honest servers."""
    said: list[Any] = []
    first, second = driver.server.clients

    def form(path: str, basic: tuple[str, str] | None, **values: str) -> Any:
        pair = b64encode(":".join(basic or ()).encode()).decode()
        headers = [("Authorization", f"Basic {pair}")] if basic else []
        answer = driver.form(path, headers, **values)
        body = answer.json if answer.content else {}
        kept = {key: value for key, value in body.items() if not re.search("_token$", key)}
        said.append((answer.status, kept, "refresh_token" in body, answer["WWW-Authenticate"]))
        return body

    def ask(client: Any = first, **values: str) -> Any:
        return form("/oauth/token", (client.id, client.secret), **values)

    def use(token: str, path: str = "/v2/contacts") -> None:
        said.append(driver.send("GET", path, token=token).status)

    form("/oauth/token", (first.id, "wrong"), **ASK)
    form("/oauth/token", (first.id, second.secret), **ASK)
    own = {"client_id": first.id, "client_secret": first.secret}
    form("/oauth/token", (first.id, first.secret), **own, **ASK)
    form(f"/oauth/token?{urlencode(own)}", None, **ASK)
    repeated = urlencode([*ASK.items(), *own.items(), ("grant_type", "client_credentials")])
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    said.append(driver.send("POST", "/oauth/token", headers=headers, body=repeated.encode()).status)
    ask(grant_type="unknown")
    ask(grant_type="client_credentials", scope="contacts:read unknown")
    ask(grant_type="refresh_token", refresh_token="unknown")
    granted = ask(**ASK)
    use(granted.get("access_token", ""), "/v2/account")
    refresh = {"grant_type": "refresh_token", "refresh_token": granted.get("refresh_token", "")}
    ask(**refresh, scope="account:read")
    ask(second, **refresh)
    renewed = ask(**refresh)
    use(renewed.get("access_token", ""))
    ask(**refresh)
    for name, client in (("access", second), ("access", first), ("refresh", first)):
        token = renewed.get(f"{name}_token", "")
        form("/oauth/revoke", (client.id, client.secret), token=token)
        use(renewed.get("access_token", ""))
    ask(grant_type="refresh_token", refresh_token=renewed.get("refresh_token", ""))
    form("/oauth/revoke", (first.id, first.secret), token="unknown")
    return said


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_oauth_shows(drive: Callable[[str], Any], name: str) -> None:
    driver = drive("canonical")
    driver.control("PUT", "/faults", {"on": [name]})
    assert talk(driver) != talk(drive("canonical"))


def test_two_honest_servers_talk_alike(drive: Callable[[str], Any]) -> None:
    assert talk(drive("canonical")) == talk(drive("canonical"))
