"""Each fault of rights and owners changes what is answered, or what a request leaves behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reference_server.faults import Catalogue

FAULTS = [name for name in Catalogue().faults if name.startswith("scopes/")]
HONEST: list[Any] = []
"""What the server answers without a fault, once it was asked."""
SCOPES = [
    [], ["contacts:read"], ["contacts:write"], ["contacts:rea"], ["xcontacts:readx"],
    ["CONTACTS:READ"], ["contacts:*"], ["messages:read", "contacts:read"],
]  # fmt: skip


def who(driver: Any, **wish: Any) -> str:
    token: str = driver.control("POST", "/identities", wish).json["token"]
    return token


def with_rights(driver: Any) -> Iterator[Any]:
    """The same requests with this scope and that, with this role and that."""
    own = driver.create("createContact")
    for scopes in SCOPES:
        token = who(driver, scopes=scopes)
        yield driver.send("GET", "/v2/contacts", token=token)
        yield driver.send("GET", "/v2/contacts/con_of_nobody", token=token)
        yield driver.send("PATCH", f"/v2/contacts/{own}", token=token, body=b'{"')
        yield driver.send("POST", "/v2/contacts", token=token, value={"email": "a@example.com"})
        yield driver.send("POST", "/v2/contacts", token=token, value={"email": 1})
        yield driver.send("DELETE", f"/v2/contacts/{own}", token=token)
    for roles in ([], ["supervisor"]):
        yield driver.send("GET", "/v2/users", token=who(driver, roles=roles))


def with_owners(driver: Any) -> Iterator[Any]:
    """What belongs to another tenant, user or app: in the path, above it, in bodies, in lists."""
    token = driver.admin.token
    other = driver.identity("other")
    theirs = driver.create("createContact", other)
    path = f"/v2/contacts/{theirs}"
    yield driver.send("GET", path, token=token)
    yield driver.send("GET", f"{path}/notes", token=token)
    message = {"contact_id": theirs, "channel": "email", "subject": "Hi", "body": "Hello"}
    yield driver.send("POST", "/v2/messages", token=token, value=message)
    yield driver.send("GET", "/v2/contacts", token=token)
    yield driver.send("DELETE", path, token=token)
    account = other.parameters["accountId"]
    yield driver.send("GET", f"/v2/accounts/{account}/usage", token=token)
    contact, note = driver.create("createContact"), driver.create("createNote")
    notes = f"/v2/contacts/{contact}/notes"
    driver.send("POST", notes, token=token, value={"text": "Ours"})
    colleague = who(driver, user="grace")
    yield driver.send("GET", f"/v2/notes/{note}", token=colleague)
    yield driver.send("GET", notes, token=colleague)
    hook = driver.create("createWebhook")
    yield driver.send("GET", f"/v2/webhooks/{hook}", token=who(driver, app="two"))


def seen(driver: Any) -> list[Any]:
    answers = [*with_rights(driver), *with_owners(driver)]
    return [
        (answer.status, answer["Vary"], re.sub(r"[0-9a-f-]{8,}", "…", answer.content.decode()))
        for answer in answers
    ]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_shows(drive: Callable[[str], Any], name: str) -> None:
    faulty = drive("canonical")
    if not HONEST:
        HONEST.extend(seen(drive("canonical")))
    faulty.control("PUT", "/faults", {"on": [name]})
    assert seen(faulty) != HONEST


def test_without_a_fault_two_servers_answer_alike(drive: Callable[[str], Any]) -> None:
    assert seen(drive("canonical")) == seen(drive("canonical"))
