"""An honest API of seven operations on raw sockets, which misbehaves in one named way."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from itertools import count
from typing import Any

TOKEN = "tok-5f1cbb0e9a2d4c77b1"
LIMIT = 100_000
PATIENCE_S = 45.0
"""How long a behaviour without end goes on, should nobody hang up."""

DOCUMENT = """\
openapi: 3.1.0
info: {title: Things, version: "1"}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  schemas:
    NewThing:
      type: object
      required: [name]
      properties: {name: {type: string, minLength: 1, maxLength: 40}}
    Thing:
      type: object
      required: [id, name, size, made]
      properties:
        id: {type: string}
        name: {type: string}
        size: {type: integer}
        made: {type: string, format: date-time}
    Problem:
      type: object
      required: [title, status]
      properties: {title: {type: string}, status: {type: integer}}
  responses:
    Problem:
      description: Refused
      content: {application/problem+json: {schema: {$ref: "#/components/schemas/Problem"}}}
    Thing:
      description: A thing
      content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
    Things:
      description: All things
      content:
        application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}}
  requestBodies:
    NewThing:
      required: true
      content: {application/json: {schema: {$ref: "#/components/schemas/NewThing"}}}
security: [{bearer: []}]
paths:
  /health:
    get:
      operationId: getHealth
      security: []
      responses: {"200": {description: Well}}
  /old-things:
    get:
      operationId: listOldThings
      deprecated: true
      responses:
        "200": {$ref: "#/components/responses/Things"}
        default: {$ref: "#/components/responses/Problem"}
  /things:
    get:
      operationId: listThings
      responses:
        "200": {$ref: "#/components/responses/Things"}
        default: {$ref: "#/components/responses/Problem"}
    post:
      operationId: createThing
      requestBody: {$ref: "#/components/requestBodies/NewThing"}
      responses:
        "201": {$ref: "#/components/responses/Thing"}
        default: {$ref: "#/components/responses/Problem"}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getThing
      responses:
        "200": {$ref: "#/components/responses/Thing"}
        default: {$ref: "#/components/responses/Problem"}
    put:
      operationId: replaceThing
      requestBody: {$ref: "#/components/requestBodies/NewThing"}
      responses:
        "200": {$ref: "#/components/responses/Thing"}
        default: {$ref: "#/components/responses/Problem"}
    delete:
      operationId: deleteThing
      responses:
        "204": {description: Deleted}
        default: {$ref: "#/components/responses/Problem"}
"""

POLICY = """\
policy: things
spec: openapi.yaml
facts:
  authentication:
    refusal: {status: 401, challenge: {scheme: Bearer}}
  authorization: {absent: 404}
  requests: {syntax: 400}
  responses:
    all: {headers: {Date: {within: 300s}, X-Request-Id: {unique: true}}}
    private:
      when: {caller: authenticated}
      headers: {Cache-Control: {directives: {no-store: present, public: never}}}
    made: {when: {status: 201}, headers: {Location: {format: resolves}}}
    error: {when: {status: [4xx, 5xx]}, media: application/problem+json, schema: Problem}
  rate_limits:
    per: token
    window: 1h
    headers:
      limit: X-RateLimit-Limit
      remaining: X-RateLimit-Remaining
      reset: {name: X-RateLimit-Reset, unit: seconds}
    headers_when: {status: 2xx}
    refusal: {status: 429, retry_after: seconds}
    buckets: {general: {limit: 100000}}
  versioning:
    deprecations:
      - {ops: listOldThings, since: 2026-01-01, sunset: 2027-01-01, successor: listThings}
clauses:
  AUTH: {checks: [auth/missing-credentials, auth/bad-credentials]}
  CHALLENGE: {checks: auth/challenge}
  DATE: {checks: headers/date}
  BANNER: {checks: headers/banner, level: should}
  LEGAL: {checks: headers/legal}
  ONCE: {checks: headers/singleton}
  REQUIRED: {checks: [headers/required, headers/request-id]}
  CACHE: {checks: headers/caching, of: responses.private}
  LOC: {checks: [headers/location, headers/required], of: responses.made}
  ERR: {checks: errors/envelope, of: responses.error}
  ABSENT: {checks: errors/unknown-object}
  SYNTAX: {checks: errors/malformed-body}
  LEAKS: {checks: errors/leaks}
  FAILS: {checks: errors/unexpected-5xx}
  MATCH: {checks: conformance/response}
  RATE: {checks: [ratelimit/limit-header, ratelimit/remaining, ratelimit/reset]}
  WAIT: {level: should, checks: ratelimit/retry-after}
  OLD: {checks: [versioning/deprecation, versioning/sunset, versioning/links]}
  DO:
    checks: behaviour/example
    example:
      - {id: make, operation: createThing, send: {body: {name: Ada}}, expect: {status: 201}}
      - operation: getThing
        send: {path: {id: $steps.make.response.body#/id}}
        expect: {status: 200, body: {name: Ada}}
      - {operation: deleteThing, expect: {status: 204}}
      - {operation: getThing, expect: {status: 404}}
"""

TARGET = """\
policy = "policy.yaml"
base_url = "{url}"
[identities.admin]
token_env = "THINGS_TOKEN"
"""


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A response before it is written."""

    status: int
    content: Any = None
    """As JSON; bytes as they are, None: no body."""
    headers: dict[str, str] = field(default_factory=dict)
    head_only: bool = False

    def with_header(self, name: str, value: str) -> Reply:
        return replace(self, headers={**self.headers, name: value})

    @property
    def body(self) -> bytes:
        if self.content is None:
            return b""
        return self.content if isinstance(self.content, bytes) else as_json(self.content)

    def head(self, *, length: int | str | None = None, **more: str) -> bytes:
        """The head, to its empty line. length: in place of the body's own; "": none."""
        size = len(self.body) if length is None else length
        lines = [f"HTTP/1.1 {self.status} Fine"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
        if size != "" and self.status not in (204, 304):
            lines.append(f"Content-Length: {size}")
        return "\r\n".join((*lines, "", "")).encode("utf-8", "surrogateescape")

    def encode(self) -> bytes:
        return self.head() + (b"" if self.head_only else self.body)


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


class Things:
    """What the API would do if it were honest."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self.made = 0
        self.spent = 0
        self._numbers = count(1)

    def respond(self, call: Call) -> Reply:
        reply = self._respond(call)
        common = {"Date": formatdate(usegmt=True), "X-Request-Id": f"r-{next(self._numbers)}"}
        if reply.content is not None and "Content-Type" not in reply.headers:
            problem = "problem+" if reply.status >= 400 else ""
            common["Content-Type"] = f"application/{problem}json"
        return replace(reply, headers={**common, **reply.headers}, head_only=call.method == "HEAD")

    def _respond(self, call: Call) -> Reply:
        path = call.target.partition("?")[0]
        if path == "/health":
            return Reply(200, {"well": True}) if call.method == "GET" else problem(405, Allow="GET")
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return problem(401, WWW_Authenticate="Bearer")
        self.spent += 1
        reply = self._serve(call.method, path, call.body)
        own = {
            "Cache-Control": "no-store",
            "X-RateLimit-Limit": str(LIMIT),
            "X-RateLimit-Remaining": str(LIMIT - self.spent),
            "X-RateLimit-Reset": "3600",
        }
        return replace(reply, headers={**own, **reply.headers})

    def _serve(self, method: str, path: str, body: bytes) -> Reply:
        if path == "/old-things" and method == "GET":
            old = {
                "Deprecation": "@1767225600",
                "Sunset": "Fri, 01 Jan 2027 00:00:00 GMT",
                "Link": '</things>; rel="successor-version"',
            }
            return Reply(200, list(self.held.values()), old)
        if path == "/things" and method == "GET":
            return Reply(200, list(self.held.values()))
        if path == "/things" and method == "POST":
            return self._create(body)
        name = path.removeprefix("/things/")
        if name == path or name not in self.held:
            return problem(404)
        if method == "GET":
            return Reply(200, self.held[name])
        if method == "DELETE":
            del self.held[name]
            return Reply(204)
        if method == "PUT" and (new := read_name(body)):
            self.held[name] = {**self.held[name], "name": new}
            return Reply(200, self.held[name])
        return problem(400 if method == "PUT" else 405, Allow="GET, PUT, DELETE")

    def _create(self, body: bytes) -> Reply:
        name = read_name(body)
        if not name:
            return problem(400)
        self.made += 1
        one = f"t{self.made:05}"
        thing = {"id": one, "name": name, "size": 3, "made": "2026-01-02T03:04:05Z"}
        self.held[one] = thing
        return Reply(201, thing, {"Location": f"/things/{one}"})


def problem(status: int, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"title": "No", "status": status}, named)


def read_name(body: bytes) -> str:
    try:
        name = json.loads(body)["name"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return name if isinstance(name, str) and len(name) <= 40 else ""


class Over(Exception):
    """The connection ends."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One request on one connection: what a behaviour may do with it."""

    number: int
    """How many requests the server has had, with this one."""
    call: Call
    reply: Reply
    """The honest response."""
    connection: socket.socket

    def write(self, *parts: bytes) -> None:
        for part in parts:
            self.connection.sendall(part)

    def send(self, reply: Reply | None = None) -> None:
        self.write((reply or self.reply).encode())

    def close(self) -> None:
        raise Over

    def say(self, *parts: bytes) -> None:
        """Write, and end the connection."""
        self.write(*parts)
        raise Over

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Over

    def stay_silent(self) -> None:
        """Until the client has gone."""
        self.connection.settimeout(PATIENCE_S)
        self.connection.recv(1)
        raise Over

    def for_ever(self, part: bytes, pause_s: float = 0.0) -> None:
        """Write the same again and again, until the client has gone."""
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            self.connection.sendall(part)
            time.sleep(pause_s)
        raise Over

    @property
    def reads_one(self) -> bool:
        """Whether it is an accepted GET of one thing."""
        return (
            self.call.method == "GET"
            and self.call.target.startswith("/things/")
            and self.reply.status == 200
        )


Behaviour = Callable[[Turn], None]


class Target:
    """A server on raw sockets."""

    def __init__(self, behave: Behaviour, things: Things) -> None:
        self.things = things
        self.received: list[Call] = []
        self._behave = behave
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._over = threading.Event()
        self._open: set[socket.socket] = set()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
        connection.settimeout(PATIENCE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, suppress(OSError, Over, ValueError):
            left = b""
            while not self._over.is_set():
                call, left = read_call(connection, left)
                with self._lock:
                    self.received.append(call)
                    number = len(self.received)
                    reply = self.things.respond(call)
                self._behave(Turn(number, call, reply, connection))
        with self._lock:
            self._open.discard(connection)


def read_call(connection: socket.socket, left: bytes) -> tuple[Call, bytes]:
    """The next request, and what came behind it. Raises Over at the end, or at what is none."""
    while b"\r\n\r\n" not in left:
        left += read_more(connection)
    head, _, left = left.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    length = headers.get("content-length", "0")
    if len(words) != 3 or not length.isascii() or not length.isdigit():
        connection.sendall(problem(400).encode())
        raise Over
    while len(left) < int(length):
        left += read_more(connection)
    return Call(words[0], words[1], headers, left[: int(length)]), left[int(length) :]


def read_more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise Over
    return data


@contextmanager
def serve(behave: Behaviour = Turn.send, things: Things | None = None) -> Iterator[Target]:
    """A target that behaves so, on a free port of loopback."""
    target = Target(behave, things or Things())
    target.start()
    try:
        yield target
    finally:
        target.stop()
