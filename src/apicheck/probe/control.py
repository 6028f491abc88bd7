"""A client of the control protocol, which a staging server may offer on a port of its own."""

from __future__ import annotations

import json
from urllib.parse import quote

from apicheck.model.errors import TargetUnreachable
from apicheck.model.json import Json, parse_json
from apicheck.model.target import Listener, Target, is_loopback
from apicheck.probe.transport import Transport, parse_origin
from apicheck.probe.wire import WireRequest, WireResponse

CONTROL_TIMEOUT_S = 30.0


EVERYTHING = frozenset(
    {"mint", "revoke", "change", "clock", "rewind", "effects", "listener", "fail_next"}
)
"""What the control protocol can offer to tests."""


def discover(target: Target) -> frozenset[str]:
    """Find what a target offers beyond its API. Sends nothing to the API itself.

    Raises TargetUnreachable when the control URL does not respond as the protocol says.
    """
    if not target.control_url:
        return list_capabilities(target, frozenset())
    transport = Transport(parse_origin(target.control_url), timeout_s=CONTROL_TIMEOUT_S)
    try:
        return list_capabilities(target, Control(transport).fetch_capabilities())
    finally:
        transport.close()


def list_capabilities(target: Target, control: frozenset[str]) -> frozenset[str]:
    """List what a target offers. control: what its control URL offers."""
    offered = set(control)
    if "listener" in control:
        offered.add("subscribe_by_hand")
    if "mint" in control:
        offered.add("mint_bare")
    if target.minters:
        offered.add("mint")
    if target.effects is not None:
        offered.add("processed")
    if target.foreign_secret:
        offered.add("foreign_secret")
    if target.load:
        offered.add("load")
    if target.listener is not None or target.control_url:
        offered.add("listener")
        if _is_on_loopback(target.listener or Listener()):
            offered.add("closed_port")
    return frozenset(offered)


def _is_on_loopback(listener: Listener) -> bool:
    """Whether the target calls this machine itself: further ports are reached as the first one."""
    host = listener.listen.rpartition(":")[0].strip("[]") or "127.0.0.1"
    return not listener.public_url and is_loopback(host)


def list_possible_capabilities(target: Target) -> frozenset[str]:
    """List what a target may offer, without asking its control URL."""
    return list_capabilities(target, EVERYTHING if target.control_url else frozenset())


class Control:
    """Calls of the control protocol. Responses carry secrets: they never leave this package."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def fetch_capabilities(self) -> frozenset[str]:
        """What the server says it can do. Raises TargetUnreachable without a valid response."""
        url = str(self._transport.origin)
        response = self._transport.send(self._build_request("GET", "/", None))
        if not isinstance(response, WireResponse):
            raise TargetUnreachable(
                f"no response from the control URL {url}: {response.message};"
                " start the server, or remove [control] from the target file"
            )
        value = parse_json(response.body)
        if response.status != 200 or not isinstance(value, dict) or value.get("protocol") != 1:
            raise TargetUnreachable(
                f"{url} does not speak the control protocol 1 (status {response.status});"
                " check [control] url in the target file"
            )
        offered = value.get("capabilities")
        return frozenset(map(str, offered)) if isinstance(offered, list) else frozenset()

    def mint(self, wanted: dict[str, Json]) -> Json:
        """A new identity as the protocol describes it; None when the server makes none."""
        return self._call("POST", "/identities", wanted)

    def revoke(self, identity_id: str) -> Json:
        """Revoke an identity that `mint` made."""
        return self._call("POST", f"/identities/{quote(identity_id, safe='')}/revoke", {})

    def change(self, identity_id: str, account: dict[str, Json]) -> Json:
        """Change the account of an identity that `mint` made: its state, or its roles."""
        return self._call("PATCH", f"/identities/{quote(identity_id, safe='')}", account)

    def read_clock(self) -> float | None:
        """The server's clock in epoch seconds."""
        return _read_now(self._call("GET", "/clock", None))

    def advance(self, seconds: float) -> float:
        """Move the clock ahead, or back by negative seconds. Returns epoch seconds.

        Raises OSError when it did not move.
        """
        now = _read_now(self._call("POST", "/clock", {"advance": seconds}))
        if now is None:
            raise OSError(f"the control URL did not move the clock by {seconds:g} s")
        return now

    def count_effects(self, identity_id: str = "") -> Json:
        """How often a request changed the server's state so far: {"count": n}.

        identity_id: of an identity that `mint` made, whose requests alone count.
        """
        of_one = f"/identities/{quote(identity_id, safe='')}" if identity_id else ""
        return self._call("GET", f"{of_one}/effects", None)

    def listen(self, url: str, events: Json) -> Json:
        """Have webhooks sent to a URL: {"id": .., "secret": ..}."""
        return self._call("POST", "/listeners", {"url": url, "events": events})

    def fail_next(self, operation: str, status: int) -> Json:
        """Make the next request of an operation fail."""
        return self._call("POST", "/fail_next", {"operation": operation, "status": status})

    def list_deliveries(self) -> Json:
        """The webhook deliveries that the server attempted."""
        return self._call("GET", "/deliveries", None)

    def _call(self, method: str, path: str, body: Json) -> Json:
        response = self._transport.send(self._build_request(method, path, body))
        if isinstance(response, WireResponse) and 200 <= response.status < 300:
            return parse_json(response.body)
        return None

    def _build_request(self, method: str, path: str, body: Json) -> WireRequest:
        origin = self._transport.origin
        data = None if body is None else json.dumps(body).encode()
        headers = [(b"Host", origin.authority.encode()), (b"Accept", b"application/json")]
        if data is not None:
            headers.append((b"Content-Type", b"application/json"))
            headers.append((b"Content-Length", str(len(data)).encode()))
        return WireRequest(method, (origin.path + path).encode(), tuple(headers), data)


def _read_now(value: Json) -> float | None:
    now = value.get("now") if isinstance(value, dict) else None
    return float(now) if isinstance(now, int | float) else None
