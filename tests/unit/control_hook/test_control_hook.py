"""The control hook: what it responds to, and what it leaves to the app."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from apicheck.control_hook import ControlHook, Members, MovableClock, Receive, Send


async def app(_: MutableMapping[str, Any], __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b'"app"'})


def call(
    hook: ControlHook, method: str, path: str, body: bytes = b"", client: str = "127.0.0.1"
) -> tuple[int, Any]:
    sent: list[MutableMapping[str, Any]] = []
    halves = [
        {"type": "http.request", "body": body[:3], "more_body": True},
        {"type": "http.request", "body": body[3:]},
    ]

    async def receive() -> MutableMapping[str, Any]:
        return halves.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "client": (client, 1)}
    asyncio.run(hook(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def mint(wanted: Members) -> Members:
    return {"id": "7", "token": "t0ken", "scopes": wanted.get("scopes")}


def revoke(name: str) -> None:
    if name != "7":
        raise KeyError(name)


def test_the_clock_moves_ahead_by_as_much_as_is_asked() -> None:
    clock = MovableClock()
    hook = ControlHook(app, clock)
    before = clock.now()
    status, moved = call(hook, "POST", "/.control/clock", b'{"advance": 86400}')
    assert status == 200
    assert moved["now"] >= before + 86400
    assert call(hook, "GET", "/.control/clock")[1]["now"] >= moved["now"]


def test_it_offers_what_the_app_gave_it_ways_to_do() -> None:
    clock = MovableClock()
    bare, full = ControlHook(app, clock), ControlHook(app, clock, mint=mint, revoke=revoke)
    assert call(bare, "GET", "/.control/")[1] == {"protocol": 1, "capabilities": ["clock"]}
    assert call(full, "GET", "/.control")[1]["capabilities"] == ["clock", "mint", "revoke"]
    assert call(full, "POST", "/.control/identities", b'{"scopes": ["a"]}') == (
        201,
        {"id": "7", "token": "t0ken", "scopes": ["a"]},
    )
    assert call(bare, "POST", "/.control/identities")[0] == 404
    assert call(full, "POST", "/.control/identities/7/revoke") == (200, {})
    assert call(full, "POST", "/.control/identities/8/revoke")[0] == 404


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'{"advance": -1}', b'{"advance": true}', b"{}", b'{"advance": 1e12}']
)
def test_a_malformed_call_is_refused_and_moves_nothing(body: bytes) -> None:
    clock = MovableClock()
    status, said = call(ControlHook(app, clock), "POST", "/.control/clock", body)
    assert status == 400
    assert said["error"]
    assert clock.now() < MovableClock().now() + 1


def test_the_app_gets_its_own_paths_and_whoever_comes_from_elsewhere() -> None:
    hook = ControlHook(app, MovableClock())
    assert call(hook, "GET", "/things") == (299, "app")
    assert call(hook, "GET", "/.controlled") == (299, "app")
    assert call(hook, "GET", "/.control/", client="203.0.113.7") == (299, "app")
