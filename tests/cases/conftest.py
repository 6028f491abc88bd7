"""Small inputs with their right result: a document, a server of a few lines, and a whole run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import dedent
from threading import Event, Lock, Thread
from threading import enumerate as threads
from time import sleep
from typing import Any
from urllib.request import urlopen

import pytest

from apicheck.model.plan import Options
from apicheck.run import Progress, RunConfig, run_pipeline

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Received:
    """A request as the server received it; target: path and query, not decoded."""

    method: str
    target: str
    headers: Mapping[str, str]
    """By lower-case name; values of a repeated field are joined by a comma."""
    body: bytes
    beside: int = 1
    """How many requests the server had at that moment, this one included."""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a server sends back. raw: bytes in place of a response, then the connection closes.

    pause_s: how long it stays silent before that.
    """

    status: int = 200
    body: Any = None
    """Bytes as they are, anything else as JSON; None: no body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    pause_s: float = 0.0
    """Seconds before it is sent; the server goes on meanwhile."""
    dies: bool = False
    """The server accepts no further connection."""


Handler = Callable[[Received], Sent]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that ended: its exit code, results.json, and what the server received."""

    code: int
    results: Any
    received: Sequence[Received]
    directory: Path

    def findings(self, check: str = "") -> list[str]:
        """`check: outcome: detail` of the findings; of one check, if it is named."""
        return [
            f"{item['check']}: {item['outcome']}: {item['detail']}"
            for item in self.results["findings"]
            if check in ("", item["check"])
        ]

    def verdict(self, clause: str) -> str:
        clauses = self.results["clauses"]
        return str(next(item["verdict"] for item in clauses if item["id"] == clause))

    def requests(self, method: str, path: str) -> list[Received]:
        return [r for r in self.received if (r.method, r.path) == (method, path)]


class Server(ThreadingHTTPServer):
    """A server that is a handler, and remembers what it receives."""

    daemon_threads = True

    def __init__(self, handler: Handler) -> None:
        super().__init__(("127.0.0.1", 0), OneRequest)
        self.received: list[Received] = []
        self._handler = handler
        self._lock = Lock()
        self._under_way = 0

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no mistake of a test."""

    @contextmanager
    def count(self) -> Iterator[int]:
        """Count a request while the server has it. Gives how many it has."""
        with self._lock:
            self._under_way += 1
            beside = self._under_way
        try:
            yield beside
        finally:
            with self._lock:
                self._under_way -= 1

    def respond(self, request: Received) -> Sent:
        with self._lock:
            self.received.append(request)
            return self._handler(request)


class OneRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "tests", ""
    disable_nagle_algorithm = True  # head and body are written apart: the body would wait 40 ms
    server: Server

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def handle_any(self) -> None:
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        body = self.rfile.read(int(headers.get("content-length", 0)))
        # Not while it is written: a client that has the response may send its next request.
        with self.server.count() as beside:
            sent = self.server.respond(Received(self.command, self.path, headers, body, beside))
            sleep(sent.pause_s)
        if sent.dies:
            self.server.shutdown()
            self.server.server_close()
            self.close_connection = True
        if sent.raw is not None:
            with suppress(OSError):  # a client that has waited too long is gone
                self.wfile.write(sent.raw)
            self.close_connection = True
        else:
            self.write(sent)

    def write(self, sent: Sent) -> None:
        as_json = sent.body is not None and not isinstance(sent.body, bytes)
        content = json.dumps(sent.body).encode() if as_json else sent.body or b""
        self.send_response(sent.status)
        for name, value in {**(JSON if as_json else {}), **sent.headers}.items():
            self.send_header(name, value)
        if sent.status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and sent.status not in (204, 304):
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(handler: Handler) -> Iterator[tuple[str, list[Received]]]:
    """Serve on a free port of loopback. Gives the URL, and the list of what is received."""
    server = Server(handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run(document, handler)`: a whole run of apicheck on a server that the handler is.

    document: an OpenAPI document as YAML text. target, policy: the text of these files; without a
    policy the built-in clauses are tested. `{url}` in the target file is the server's URL.
    environ: variables of the environment. bad_input: without a policy, send bad input too, as a run
    does; most tests are about what is accepted. options: fields of `Options`.
    """

    def run_once(
        document: str,
        handler: Handler,
        *,
        target: str = "",
        policy: str = "",
        environ: Mapping[str, str] | None = None,
        base_path: str = "",
        bad_input: bool = False,
        progress: Progress | None = None,
        **options: Any,
    ) -> Outcome:
        if not (policy or bad_input):
            options.setdefault("ignore", ("errors/*",))
        for name, value in (environ or {}).items():
            monkeypatch.setenv(name, value)
        (tmp_path / "openapi.yaml").write_text(dedent(document))
        if policy:
            (tmp_path / "policy.yaml").write_text(dedent(policy))
        with serve(handler) as (url, received):
            lines = dedent(target) if "base_url" in target else f'base_url = "{{url}}"\n{target}'
            (tmp_path / "apicheck.toml").write_text(dedent(lines).replace("{url}", url + base_path))
            directory = tmp_path / f"run-{len(list(tmp_path.glob('run-*')))}"
            config = RunConfig(
                policy=tmp_path / "policy.yaml" if policy else None,
                spec=tmp_path / "openapi.yaml",
                target=tmp_path / "apicheck.toml",
                options=Options(**options),
                out=directory,
                formats=("html", "junit"),
            )
            result = run_pipeline(config, progress)
        results = json.loads((directory / "results.json").read_text())
        return Outcome(result.exit_code, results, tuple(received), directory)

    return run_once


@pytest.fixture
def sent() -> type[Sent]:
    """What a handler returns: `sent(status, body, headers)`."""
    return Sent


@pytest.fixture(name="serve")
def serve_fixture() -> Callable[[Handler], AbstractContextManager[tuple[str, list[Received]]]]:
    """`with serve(handler) as (url, received)`: a server without a run."""
    return serve


THINGS = """\
openapi: 3.1.0
info: {title: Things, version: "1"}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  schemas:
    Thing:
      type: object
      required: [name]
      properties: {name: {type: string, minLength: 1, maxLength: 40}}
security: [{bearer: []}]
paths:
  /things:
    get: {operationId: listThings, responses: {"200": {description: All}}}
    post:
      operationId: createThing
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
      responses: {"201": {description: Created}, "400": {description: Bad}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getThing
      responses: {"200": {description: One}, "404": {description: None}}
    put:
      operationId: replaceThing
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
      responses: {"200": {description: Replaced}, "400": {description: Bad}}
    delete:
      operationId: deleteThing
      responses: {"204": {description: Deleted}, "404": {description: None}}
"""
TARGET = """\
base_url = "{url}"
[identities.admin]
token_env = "THINGS_TOKEN"
"""
TOKEN = "tok-5f1cbb0e9a2d4c77"


@dataclass
class Things:
    """An API that counts what it has. busy: set once it has `wanted` things."""

    wanted: int = 2
    pause_s: float = 0.0
    held: dict[str, Any] = field(default_factory=dict)
    made: int = 0
    busy: Event = field(default_factory=Event)
    document: str = THINGS
    target: str = TARGET
    token: str = TOKEN

    def __call__(self, request: Received) -> Sent:
        pause = {"pause_s": self.pause_s}
        name = request.path.removeprefix("/things").strip("/")
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Sent(401, headers={"WWW-Authenticate": "Bearer"}, **pause)
        if not name and request.method == "POST":
            return self.create(request, pause)
        if not name:
            return Sent(200, list(self.held.values()), **pause)
        if name not in self.held:
            return Sent(404, {"error": "no such thing"}, **pause)
        if request.method == "DELETE":
            del self.held[name]
            return Sent(204, **pause)
        return Sent(200, self.held[name], **pause)

    def create(self, request: Received, pause: Any) -> Sent:
        try:
            content = json.loads(request.body)
            fine = isinstance(content["name"], str) and 0 < len(content["name"]) <= 40
        except (ValueError, KeyError, TypeError):
            fine = False
        if not fine:
            return Sent(400, {"error": "bad"}, **pause)
        self.made += 1
        one = self.held[f"t{self.made:05}"] = {"id": f"t{self.made:05}", **content}
        if self.made >= self.wanted:
            self.busy.set()
        return Sent(201, one, **pause)


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str
    directory: Path

    @property
    def results(self) -> Any:
        written = self.directory / "results.json"
        assert written.exists(), self
        return json.loads(written.read_text())


@dataclass(frozen=True, slots=True)
class Process:
    """A command that runs as a process of its own."""

    popen: subprocess.Popen[str]
    directory: Path
    url: str

    def finish(self) -> Ended:
        out, err = self.popen.communicate(timeout=60)
        return Ended(self.popen.returncode, out, err, self.directory)

    def settle(self) -> None:
        """Wait until the server has read and ended all that the process sent before it ended."""
        with suppress(OSError):  # whatever waits to be accepted is accepted before this
            urlopen(self.url, timeout=60).close()
        for _ in range(6000):
            if not any("process_request_thread" in thread.name for thread in threads()):
                return
            sleep(0.01)


Command = Callable[..., AbstractContextManager[Process]]


@pytest.fixture
def things() -> Things:
    """An API of things that counts what it has."""
    return Things()


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """`with command(things, …) as process`: `apicheck run` as a process of its own."""
    monkeypatch.setenv("THINGS_TOKEN", TOKEN)

    @contextmanager
    def start(
        handler: Handler,
        *arguments: str,
        shell: str = '"$@"',
        document: str = THINGS,
        target: str = TARGET,
    ) -> Iterator[Process]:
        (tmp_path / "openapi.yaml").write_text(document)
        with serve(handler) as (url, _):
            (tmp_path / "apicheck.toml").write_text(target.replace("{url}", url))
            line = [] if shell == '"$@"' else ["bash", "-c", f"set -o pipefail; {shell}", "bash"]
            line += [sys.executable, "-m", "apicheck"]
            line += arguments or ("run", "--spec", "openapi.yaml", "--out", "run")
            with subprocess.Popen(
                line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            ) as popen:
                try:
                    yield Process(popen, tmp_path / "run", url)
                finally:
                    popen.kill()

    return start
