"""A control hook for a staging server: an ASGI middleware that moves the app's clock.

An example to use or to copy; it imports nothing of apicheck, and speaks what
`docs/control-protocol.md` describes. On staging only: whoever reaches it may make credentials.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Members = Mapping[str, Any]

LOOPBACK = frozenset({"127.0.0.1", "::1"})
_LONGEST_S = 1_000_000_000.0
"""Three decades: the most that one call moves the clock."""
_MOST_BYTES = 65_536


class MovableClock:
    """Real time, plus what it was moved ahead. The app asks it instead of `time.time`."""

    def __init__(self) -> None:
        self._moved = 0.0

    def now(self) -> float:
        """The present, in epoch seconds."""
        return time.time() + self._moved

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self._moved += seconds


class ControlHook:
    """Wraps an app, and responds to the control protocol below a path of its own.

    clock: the one that the app's limits and lifetimes ask. mint: makes an identity as
    `POST /identities` describes it, returns it with its `id` and `token`; revoke: ends the token of
    an id, raises KeyError for an unknown one. Without them the hook offers no `mint`, no `revoke`.
    clients: the addresses that may call it; a request from elsewhere goes to the app.
    """

    def __init__(
        self,
        app: App,
        clock: MovableClock,
        *,
        path: str = "/.control",
        mint: Callable[[Members], Members] | None = None,
        revoke: Callable[[str], None] | None = None,
        clients: Collection[str] = LOOPBACK,
    ) -> None:
        self._app = app
        self._clock = clock
        self._path = path.rstrip("/")
        self._mint = mint
        self._revoke = revoke
        self._clients = clients

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Respond to a call of the protocol; hand everything else to the app."""
        path = str(scope.get("path", ""))
        ours = scope["type"] == "http" and (path + "/").startswith(self._path + "/")
        if not ours or (scope.get("client") or ("",))[0] not in self._clients:
            await self._app(scope, receive, send)
            return
        try:
            body = _parse(await _read(receive))
            status, value = self._respond(scope["method"], path.removeprefix(self._path), body)
        except (ValueError, TypeError) as error:
            status, value = 400, {"error": str(error)}
        except KeyError as error:
            status, value = 404, {"error": f"there is no {error}"}
        content = json.dumps(value).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _respond(self, method: str, path: str, body: Members) -> tuple[int, Members]:
        match method, path.strip("/").split("/"):
            case "GET", [""]:
                return 200, {"protocol": 1, "capabilities": self._list_capabilities()}
            case "GET", ["clock"]:
                return 200, {"now": self._clock.now()}
            case "POST", ["clock"]:
                self._clock.advance(_read_seconds(body))
                return 200, {"now": self._clock.now()}
            case "POST", ["identities"] if self._mint is not None:
                return 201, self._mint(body)
            case "POST", ["identities", name, "revoke"] if self._revoke is not None:
                self._revoke(name)
                return 200, {}
        return 404, {"error": f"there is no {method} {path}"}

    def _list_capabilities(self) -> list[str]:
        offered = {"clock": True, "mint": self._mint, "revoke": self._revoke}
        return [name for name, way in offered.items() if way]


async def _read(receive: Receive) -> bytes:
    """Read a body. Raises ValueError for one that is too long."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = bool(message.get("more_body")) and message["type"] == "http.request"
        if len(body) > _MOST_BYTES:
            raise ValueError("the body is too long")
    return body


def _parse(text: bytes) -> Members:
    """Parse a JSON object, or nothing. Raises ValueError or TypeError for anything else."""
    value = json.loads(text) if text.strip() else {}
    if not isinstance(value, dict):
        raise TypeError("the body is a JSON object")
    return value


def _read_seconds(body: Members) -> float:
    value = body.get("advance")
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= _LONGEST_S
    ):
        raise ValueError(f"advance is a number of seconds, from 0 to {_LONGEST_S:.0f}")
    return float(value)
