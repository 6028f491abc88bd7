from __future__ import annotations

import http.client
import json
import resource
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from apicheck.authoring import Script, Subject, steps
from apicheck.model.errors import TargetError
from apicheck.model.exchange import Direction
from apicheck.model.facts import Signature
from apicheck.model.plan import Plan, Probe
from apicheck.model.target import Listener, Target
from apicheck.probe import Session
from apicheck.probe import listener as listening_module
from apicheck.probe.clock import TargetClock
from apicheck.probe.control import list_capabilities
from apicheck.probe.listener import Reaction, WebhookListener
from apicheck.signatures import Delivery, sign

PlanFor = Callable[..., Plan]
ProbeOf = Callable[..., Probe]
Connect = Callable[[Mapping[str, str]], socket.socket]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FACTS = {
    "webhooks": {
        "events": {"thing.created": "createThing"},
        "signature": "standard-webhooks",
    }
}


def deliver(url: str, body: bytes, headers: dict[str, str] | None = None) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request("POST", parts.path, body, headers or {})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.fixture
def listening(target: Target) -> Target:
    return replace(target, listener=Listener("127.0.0.1:0"))


@pytest.fixture
def listener() -> Iterator[WebhookListener]:
    made = WebhookListener(Listener("127.0.0.1:0"), TargetClock())
    yield made
    made.close()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Connects to the host of a URL of the listener, until the end of the test."""
    with ExitStack() as connections:

        def connect(where: Mapping[str, str]) -> socket.socket:
            parts = urlsplit(where["url"])
            address = (parts.hostname or "", parts.port or 0)
            return connections.enter_context(socket.create_connection(address, timeout=60))

        yield connect


def test_a_delivery_is_recorded_with_the_validity_of_its_signature(
    api: Any, listening: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(listening, FACTS)
    seen: list[Any] = []

    def script(_: Subject) -> Script:
        where = yield from steps.ask("listener")
        body = b'{"type": "thing.created"}'
        now = session._clock.epoch()
        unsigned = Delivery("POST", where["path"], (), body)
        context = {"id": "msg_1"}
        signed = sign(Signature("standard-webhooks"), SECRET, unsigned, now=now, context=context)
        deliver(where["url"], body, dict(signed.headers))
        deliver(where["url"], body)
        deliver(where["url"], body + b" ", dict(signed.headers))
        seen.extend((yield from steps.receive(where["path"], 3)))

    with Session(plan) as session:
        placeholder = session._secrets.issue(SECRET)
        session._recorder.webhook_secrets.add(placeholder)
        transcript = session.play(probe_of(plan, script))
    assert transcript.stopped_by is None
    assert [e.direction for e in seen] == [Direction.IN] * 3
    values = [[(o.about, o.value) for o in e.observed("signature")] for e in seen]
    assert values == [
        [(placeholder, "valid")],
        [(placeholder, "absent")],
        [(placeholder, "invalid")],
    ]
    assert tuple(seen) == transcript.exchanges


def test_secrets_in_a_delivery_are_hidden(
    api: Any, listening: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    token = listening.secrets.values["$APICHECK_ADMIN_TOKEN"]
    plan = plan_for(listening)

    def script(_: Subject) -> Script:
        where = yield from steps.ask("listener")
        deliver(where["url"], json.dumps({"t": token}).encode(), {"X-Key": token, token: "1"})
        yield from steps.receive(where["path"])

    with Session(plan) as session:
        transcript = session.play(probe_of(plan, script))
    assert len(transcript.exchanges) == 1
    assert token not in repr(transcript)


def test_each_url_has_its_own_deliveries_and_status(listener: WebhookListener) -> None:
    one, other = listener.open_inbox(), listener.open_inbox()
    listener.collect(one["path"], 0, 0, 503)
    assert deliver(one["url"], b"1") == 503
    assert deliver(other["url"], b"2") == 200
    assert deliver(one["url"] + "x", b"3") == 404
    assert [a.delivery.body for a in listener.collect(other["path"], 1, 1, 200)] == [b"2"]
    assert [a.status for a in listener.collect(one["path"], 1, 1, 200)] == [503]
    assert listener.collect(one["path"], 1, 0.01, 200) == ()


def test_a_url_can_refuse_from_the_first_delivery_on_and_redirect(
    listener: WebhookListener, connect: Connect
) -> None:
    busy = listener.open_inbox(Reaction(503))
    moved = listener.open_inbox(Reaction(307, location="http://127.0.0.1:1/there"))
    assert deliver(busy["url"], b"1") == 503
    assert [a.status for a in listener.collect(busy["path"], 1, 1, None)] == [503]
    assert deliver(busy["url"], b"1") == 503
    with connect(moved) as connection:
        connection.sendall(f"POST {moved['path']} HTTP/1.1\r\n\r\n".encode())
        head = connection.makefile().read()
    assert "Location: http://127.0.0.1:1/there\n" in head


def test_a_url_can_close_the_connection_of_a_delivery_that_it_keeps(
    listener: WebhookListener, connect: Connect
) -> None:
    where = listener.open_inbox(Reaction(0))
    with connect(where) as connection:
        connection.sendall(f"POST {where['path']} HTTP/1.1\r\n\r\n".encode())
        assert connection.recv(100) == b""
    assert [a.status for a in listener.collect(where["path"], 1, 1, None)] == [0]


def test_a_delivery_that_is_held_waits_until_the_script_says_how_to_respond(
    listener: WebhookListener, connect: Connect
) -> None:
    where = listener.open_inbox(Reaction(0, hold=True))
    with connect(where) as connection:
        connection.sendall(f"POST {where['path']} HTTP/1.1\r\n\r\n".encode())
        assert len(listener.collect(where["path"], 1, 60, None)) == 1
        listener.collect(where["path"], 0, 0, 200)
        assert connection.recv(100) == b""
    assert deliver(where["url"], b"2") == 200


def test_chunked_deliveries_are_read_and_endless_ones_are_not(
    listener: WebhookListener, connect: Connect
) -> None:
    where = listener.open_inbox()
    head = f"POST {where['path']} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    with connect(where) as connection:
        connection.sendall(head + b"3\r\nabc\r\n0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.0 200")
    with connect(where) as connection:
        connection.sendall(head + b"fffffff\r\n")
        assert connection.recv(100) == b""
    assert [a.delivery.body for a in listener.collect(where["path"], 1, 1, 200)] == [b"abc"]


def test_each_response_takes_the_time_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(listening_module.time, "sleep", slept.append)
    listener = WebhookListener(Listener(), TargetClock())
    where = listener.open_inbox(Reaction(pause_s=0.4))
    for _ in range(2):
        with listener.accept(Delivery("POST", where["path"], (), b"x")) as reaction:
            assert reaction.status == 200
    listener.close()
    assert slept.count(0.4) == 2


def test_a_script_gets_a_delivery_once_its_response_is_written(
    listener: WebhookListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening_module, "_RESPONDED_WITHIN_S", 60.0)
    path = listener.open_inbox()["path"]
    events: list[str] = []

    def collect() -> None:
        assert len(listener.collect(path, 1, 60, None)) == 1
        events.append("collected")

    script = threading.Thread(target=collect)
    with listener.accept(Delivery("POST", path, (), b"x")):
        script.start()
        script.join(0.2)
        events.append("responded")
    script.join(60)
    assert events == ["responded", "collected"]


def test_a_script_gets_a_delivery_that_is_held_before_its_response(
    listener: WebhookListener,
) -> None:
    path = listener.open_inbox(Reaction(hold=True))["path"]
    statuses: list[int] = []

    def deliver_held() -> None:
        with listener.accept(Delivery("POST", path, (), b"x")) as reaction:
            statuses.append(reaction.status)

    sender = threading.Thread(target=deliver_held)
    sender.start()
    assert len(listener.collect(path, 1, 60, None)) == 1
    assert statuses == []
    listener.collect(path, 0, 0, 204)
    sender.join(60)
    assert len(statuses) == 1


def test_a_url_refuses_connections_until_it_is_said_how_to_respond(
    listener: WebhookListener,
) -> None:
    where, other = listener.open_inbox(Reaction(closed=True)), listener.open_inbox()
    assert urlsplit(where["url"]).port != urlsplit(other["url"]).port
    with pytest.raises(ConnectionRefusedError):
        deliver(where["url"], b"early")
    assert listener.collect(where["path"], 1, 0.0, None) == ()
    assert listener.collect(where["path"], 1, 0.0, 202) == ()
    assert deliver(where["url"], b"late") == 202
    assert [a.delivery.body for a in listener.collect(where["path"], 1, 5, None)] == [b"late"]
    listener.close()
    with pytest.raises(ConnectionRefusedError):
        deliver(where["url"], b"closed")


@pytest.mark.parametrize(
    ("listener", "can"),
    [
        (Listener(), True),
        (Listener("[::1]:0"), True),
        (Listener("0.0.0.0:9999"), False),
        (Listener(public_url="https://hooks.example.com/"), False),
    ],
)
def test_only_a_listener_that_this_machine_calls_can_refuse_connections(
    target: Target, listener: Listener, can: bool
) -> None:
    found = list_capabilities(replace(target, listener=listener), frozenset())
    assert ("closed_port" in found) is can


def test_an_address_in_use_is_an_error_of_the_target_file() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        listener = WebhookListener(Listener(address), TargetClock())
        with pytest.raises(TargetError, match=r"\[webhooks\] listen"):
            listener.open_inbox()


def test_the_target_gets_the_public_url() -> None:
    listener = WebhookListener(Listener(public_url="https://hooks.example.com/in/"), TargetClock())
    try:
        where = listener.open_inbox()
        assert where["url"].startswith("https://hooks.example.com/in/hooks/")
        name = where["url"].rpartition("/")[2]
        with listener.accept(Delivery("POST", f"/hooks/{name}", (), b"x")) as reaction:
            assert reaction.status == 200
        assert len(listener.collect(where["path"], 1, 1, 200)) == 1
    finally:
        listener.close()


def test_a_closed_listener_leaves_no_thread() -> None:
    listener = WebhookListener(Listener(), TargetClock())
    deliver(listener.open_inbox()["url"], b"x")
    listener.close()
    assert not [t for t in threading.enumerate() if t.name == "apicheck-listener"]


def reset(connection: socket.socket) -> None:
    """Close a connection so that the other side sees a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_senders_that_go_away_lose_no_delivery_and_print_nothing(
    listener: WebhookListener, connect: Connect, capfd: pytest.CaptureFixture[str]
) -> None:
    where = listener.open_inbox()
    begun = f"POST {where['path']} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc".encode()
    for sent in (b"", b"POST", begun, b"\0" * 70_000, b"\r\n\r\n"):
        for leave in (reset, socket.socket.close):
            connection = connect(where)
            connection.sendall(sent)
            leave(connection)
    assert deliver(where["url"], b"whole") == 200
    assert [a.delivery.body for a in listener.collect(where["path"], 1, 30, 200)] == [b"whole"]
    listener.close()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("head", ["", "Host: x\r\n", "Host: x\r\nwebhook-signature: v1,ab"])
def test_a_head_that_stops_is_no_delivery(
    listener: WebhookListener, connect: Connect, head: str
) -> None:
    where = listener.open_inbox()
    with connect(where) as connection:
        connection.sendall(f"POST {where['path']} HTTP/1.1\r\n{head}".encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    assert not listener.collect(where["path"], 1, 0, 200)


def test_a_delivery_comes_through_behind_many_idle_connections(
    listener: WebhookListener, connect: Connect
) -> None:
    where = listener.open_inbox()
    for _ in range(300):
        connect(where)
    assert deliver(where["url"], b"whole") == 200
    assert [a.delivery.body for a in listener.collect(where["path"], 1, 30, 200)] == [b"whole"]


def test_a_thousand_connections_at_once_lose_no_delivery_and_print_nothing(
    listener: WebhookListener, connect: Connect, capfd: pytest.CaptureFixture[str]
) -> None:
    others: list[socket.socket] = []
    where = listener.open_inbox()
    head = f"POST {where['path']} HTTP/1.1\r\nContent-Length: 4\r\n\r\n".encode()
    for number in range(1000):
        others.append(connection := connect(where))
        connection.sendall((b"", b"POST /", head + b"ab", head)[number % 4])
    for connection in others[::5]:
        reset(connection)
    for number in range(30):
        assert deliver(where["url"], str(number).encode()) == 200
    late = [one for one in others[3::4] if one.fileno() >= 0]
    for connection in late:
        connection.sendall(b"late")
    found = listener.collect(where["path"], 30 + len(late), 30, 200)
    bodies = [one.delivery.body for one in found]
    assert sorted(bodies) == sorted([str(n).encode() for n in range(30)] + [b"late"] * len(late))
    for connection in others:
        connection.close()
    listener.close()
    assert capfd.readouterr() == ("", "")


def test_slow_senders_give_way_where_there_are_too_many(
    listener: WebhookListener, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening_module, "_count_allowed", lambda: 4)
    monkeypatch.setattr(listening_module, "_SOCKET_TIMEOUT_S", 0.1)
    where = listener.open_inbox()
    for _ in range(12):
        connect(where)
    for number in range(12):
        assert deliver(where["url"], str(number).encode()) == 200
    assert len(listener.collect(where["path"], 12, 30, 200)) == 12


def test_the_limit_of_open_files_is_raised_and_half_of_it_are_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = {"now": (256, 1024)}
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits["now"])
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: limits.update(now=pair))
    assert listening_module._count_allowed() == 512
    assert limits["now"] == (1024, 1024)
    limits["now"] = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    assert listening_module._count_allowed() == 2048
    limits["now"] = (100_000, 100_000)
    assert listening_module._count_allowed() == 2048
