"""An API that sends webhooks, and the table of hostile senders of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from tests.torture.api import DOCUMENT, TARGET, TOKEN, Call, Reply, Things
from tests.torture.behaviours import ANSI, BIDI, EVIL, MEGABYTE, chunk

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, so").decode()
HOOK_DOCUMENT = (
    DOCUMENT
    + """\
  /hooks:
    post:
      operationId: createHook
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [url, events]
              properties:
                url: {type: string, format: uri}
                events: {type: array, items: {type: string}}
      responses: {"201": {description: Made}}
  /hooks/{hookId}:
    parameters: [{name: hookId, in: path, required: true, schema: {type: string}}]
    delete:
      operationId: deleteHook
      responses: {"204": {description: Deleted}}
"""
)
HOOK_POLICY = """\
policy: hooks
spec: openapi.yaml
facts:
  webhooks:
    subscriptions: {create: createHook, delete: deleteHook}
    events: {thing.created: createThing}
    payload: {event: /type, data: /data}
    id: {header: webhook-id}
    signature: {scheme: standard-webhooks, tolerance: 300s}
    delivery: {timeout: 5s, acknowledged: 2xx}
clauses:
  HOOK: {checks: webhooks/signature}
"""
HOOK_TARGET = TARGET + '[webhooks]\nlisten = "127.0.0.1:0"\n'


@dataclass(frozen=True, slots=True)
class Delivery:
    """An honest delivery before it is sent."""

    host: str
    port: int
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def head(self) -> bytes:
        lines = [f"POST {self.path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n"

    @property
    def whole(self) -> bytes:
        return self.head + b"Content-Length: %d\r\n\r\n" % len(self.body) + self.body

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=20)

    def send(self, *parts: bytes, pause_s: float = 0.0, listens: bool = True) -> None:
        """Write on a connection of its own, and wait for what comes back."""
        with self.connect() as connection:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause_s)
            if listens:
                connection.recv(4096)


Sender = Callable[[Delivery], None]


class Hooks(Things):
    """Things, of whose creation subscribers hear, from a sender."""

    def __init__(self, deliver: Sender) -> None:
        super().__init__()
        self._deliver = deliver
        self._subscribed: dict[str, str] = {}
        self.threads: list[threading.Thread] = []

    def respond(self, call: Call) -> Reply:
        if call.headers.get("authorization") == f"Bearer {TOKEN}":
            if call.target == "/hooks" and call.method == "POST":
                name = f"h{len(self._subscribed) + 1}"
                self._subscribed[name] = json.loads(call.body)["url"]
                made = {"id": name, "secret": SECRET}
                return Reply(201, made, {"Content-Type": "application/json"})
            if call.target.startswith("/hooks/") and call.method == "DELETE":
                gone = self._subscribed.pop(call.target.removeprefix("/hooks/"), "")
                return Reply(204) if gone else Reply(404)
        reply = super().respond(call)
        if call.method == "POST" and reply.status == 201:
            for url in self._subscribed.values():
                self._send(url, reply.content)
        return reply

    def _send(self, url: str, thing: dict[str, Any]) -> None:
        where = urlsplit(url)
        body = json.dumps({"type": "thing.created", "data": thing}).encode()
        stamp, name = str(int(time.time())), f"msg_{thing['id']}"
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": stamp,
            "webhook-signature": sign(name, stamp, body),
        }
        delivery = Delivery(where.hostname or "", where.port or 80, where.path, headers, body)

        def deliver() -> None:
            with suppress(OSError):
                self._deliver(delivery)

        thread = threading.Thread(target=deliver, daemon=True)
        thread.start()
        self.threads.append(thread)


def sign(name: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    mac = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile sender. word: the verdict of its run."""

    name: str
    deliver: Sender
    word: str = "conformant"


def first(*parts: bytes, listens: bool = True, pause_s: float = 0.0) -> Sender:
    """These bytes on a connection of their own, then the honest delivery."""

    def deliver(delivery: Delivery) -> None:
        with suppress(OSError):
            delivery.send(*parts, listens=listens, pause_s=pause_s)
        delivery.send(delivery.whole)

    return deliver


def instead(write: Callable[[Delivery], tuple[bytes, ...]], pause_s: float = 0.0) -> Sender:
    return lambda delivery: delivery.send(*write(delivery), pause_s=pause_s)


def altered(**headers: str) -> Sender:
    """The honest delivery with other header fields."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda one: one.send(replace(one, headers={**one.headers, **named}).whole)


def holding(body: bytes) -> Sender:
    """A delivery of another body, signed."""

    def deliver(delivery: Delivery) -> None:
        name, stamp = delivery.headers["webhook-id"], delivery.headers["webhook-timestamp"]
        headers = {**delivery.headers, "webhook-signature": sign(name, stamp, body)}
        delivery.send(replace(delivery, headers=headers, body=body).whole)

    return deliver


def in_crowd(act: Callable[[socket.socket, Delivery], None], size: int) -> Sender:
    """Many connections that do the same, and then the honest delivery."""

    def deliver(delivery: Delivery) -> None:
        crowd: list[socket.socket] = []
        for _ in range(size):
            with suppress(OSError):
                connection = delivery.connect()
                crowd.append(connection)
                act(connection, delivery)
        delivery.send(delivery.whole)
        for connection in crowd:
            connection.close()

    return deliver


def reset(connection: socket.socket, _: Delivery) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def stop_in_head(connection: socket.socket, delivery: Delivery) -> None:
    connection.sendall(delivery.head[:-9])


def stop_in_body(connection: socket.socket, delivery: Delivery) -> None:
    connection.sendall(delivery.whole[:-9])


def pour(connection: socket.socket, delivery: Delivery) -> None:
    connection.sendall(delivery.head + b"Content-Length: 1000000000\r\n\r\n" + MEGABYTE)


def pour_chunks(delivery: Delivery) -> None:
    with suppress(OSError), delivery.connect() as connection:
        connection.sendall(delivery.head + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(200):
            connection.sendall(chunk(MEGABYTE))
    delivery.send(delivery.whole)


def pour_lines(line: bytes) -> Sender:
    def deliver(delivery: Delivery) -> None:
        with suppress(OSError), delivery.connect() as connection:
            connection.sendall(delivery.head)
            for _ in range(100):
                connection.sendall(line * 1000)
        delivery.send(delivery.whole)

    return deliver


def twenty_times(delivery: Delivery) -> None:
    for _ in range(20):
        delivery.send(delivery.whole)


def echo_secrets(delivery: Delivery) -> None:
    more = {f"X-{SECRET}": "1", "X-Sent": f"{SECRET} {TOKEN}", f"X-{TOKEN}": "1"}
    headers = {**delivery.headers, **more}
    path = f"{delivery.path}?token={TOKEN}&secret={SECRET}"
    delivery.send(replace(delivery, path=path, headers=headers).whole)


def chunked(delivery: Delivery, end: bytes = b"0\r\n\r\n") -> tuple[bytes, ...]:
    return (delivery.head + b"Transfer-Encoding: chunked\r\n\r\n", chunk(delivery.body), end)


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"

SENDERS = (
    Case("honest", lambda one: one.send(one.whole)),
    Case("chunked", instead(chunked)),
    Case("chunked-with-trailers", instead(lambda one: chunked(one, end=b"0\r\nX-A: 1\r\n\r\n"))),
    Case("another-protocol", first(b"\x16\x03\x01\x02\x00\x01\x00", bytes(600), listens=False)),
    Case("random-bytes", first(bytes(range(256)) * 400 + b"\r\n\r\n")),
    Case("http-0.9", first(b"GET /\r\n\r\n")),
    Case("http-9.9", first(b"POST /x HTTP/9.9\r\n\r\n")),
    Case("an-unknown-method-of-escapes", first(b"\x1b[31mEVIL /x HTTP/1.1\r\n\r\n")),
    Case(
        "a-path-that-climbs", first(b"POST /../../etc/passwd HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    ),
    Case("a-path-of-100-kilobytes", first(b"POST /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n")),
    Case("a-header-of-a-megabyte", first(b"POST /x HTTP/1.1\r\nX-A: " + MEGABYTE + b"\r\n\r\n")),
    Case("headers-without-end", pour_lines(b"X-A: 1\r\n")),
    Case("empty-lines-without-end", first(b"\r\n" * 100_000)),
    Case("a-length-superscript", first(b"POST /x HTTP/1.1\r\nContent-Length: \xb2\r\n\r\nab")),
    Case(
        "a-length-of-5000-digits",
        first(b"POST /x HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n"),
    ),
    Case("a-negative-length", first(b"POST /x HTTP/1.1\r\nContent-Length: -5\r\n\r\nabcde")),
    Case("a-body-of-a-gigabyte", in_crowd(pour, 3)),
    Case("chunks-without-end", pour_chunks),
    Case(
        "a-chunk-size-that-is-none",
        first(b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ),
    Case(
        "a-negative-chunk-size",
        first(b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n"),
    ),
    Case(
        "a-chunk-beyond-64-bits",
        first(b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 60 + b"\r\n"),
    ),
    Case("400-connections", in_crowd(lambda *_: None, 400)),
    Case("resets", in_crowd(reset, 400)),
    Case("heads-that-stop", in_crowd(stop_in_head, 100)),
    Case("bodies-that-stop", in_crowd(stop_in_body, 100)),
    Case("a-byte-at-a-time", instead(lambda one: tuple(bytes([b]) for b in one.whole), 0.002)),
    Case("a-delivery-for-everything", first(GET)),
    Case("twenty-times", twenty_times),
    Case("echoes-secrets", echo_secrets),
    Case("never", lambda _: None, "invalid"),
    Case("script-in-headers", altered(X_Evil=EVIL, webhook_id=EVIL), "not-conformant"),
    Case("escapes-in-headers", altered(X_Evil="\x1b[31m", User_Agent="\x1b]0;x\x07")),
    Case("a-signature-of-commas", altered(webhook_signature="," * 50_000), "not-conformant"),
    Case(
        "a-signature-of-spaces", altered(webhook_signature="v1," + " " * 50_000), "not-conformant"
    ),
    Case(
        "a-signature-of-equals", altered(webhook_signature="v1," + "=" * 50_000), "not-conformant"
    ),
    Case("9000-signatures", altered(webhook_signature="v1,a " * 9000), "not-conformant"),
    Case("a-timestamp-superscript", altered(webhook_timestamp="\u00b2"), "not-conformant"),
    Case("a-timestamp-of-5000-digits", altered(webhook_timestamp="9" * 5000), "not-conformant"),
    Case("a-timestamp-1e400", altered(webhook_timestamp="1e400"), "not-conformant"),
    Case("a-timestamp-nan", altered(webhook_timestamp="nan"), "not-conformant"),
    Case("a-body-nested-100000-deep", holding(b"[" * 100_000)),
    Case("a-body-of-invalid-utf-8", holding(b"\xff\xfe{")),
    Case("a-body-of-a-surrogate", holding(rb'{"type": "\ud800", "data": {"\udfff": 1e400}}')),
    Case("a-body-of-script", holding(json.dumps({"type": EVIL, "data": ANSI + BIDI}).encode())),
    Case("an-event-of-5000-digits", holding(b'{"type": ' + b"9" * 5000 + b"}")),
)
