from __future__ import annotations

import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apicheck.load import facts_from, read_spec
from apicheck.model.check import Applies, Check
from apicheck.model.exchange import Transcript
from apicheck.model.plan import Options, Plan, Probe
from apicheck.model.policy import Policy
from apicheck.model.step import Script
from apicheck.model.subject import Subject, SubjectKind
from apicheck.model.target import Identity, Mode, Safety, Secrets, Target
from apicheck.plan import plan as planned

TOKEN = "tok-4f9a8c1e7b3d5a6082ce"
OTHER_TOKEN = "oth-9d2b6e4a1f7c8053bb1a"

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "servers": [{"url": "http://127.0.0.1"}],
    "security": [{"bearer": []}],
    "paths": {
        "/things": {
            "get": {
                "operationId": "listThings",
                "responses": {"200": {"description": "all"}},
            },
            "post": {
                "operationId": "createThing",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"type": "object"},
                            "example": {"name": "a thing"},
                        }
                    },
                },
                "responses": {
                    "201": {
                        "description": "made",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                        "links": {
                            "get": {
                                "operationId": "getThing",
                                "parameters": {"thingId": "$response.body#/id"},
                            }
                        },
                    }
                },
            },
        },
        "/things/{thingId}": {
            "parameters": [
                {
                    "name": "thingId",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string"},
                }
            ],
            "get": {
                "operationId": "getThing",
                "responses": {"200": {"description": "one"}},
            },
            "delete": {
                "operationId": "deleteThing",
                "responses": {"204": {"description": "gone"}},
            },
        },
    },
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
}


@dataclass
class Api:
    """A small honest API that keeps the requests it received."""

    url: str = ""
    things: dict[str, Any] = field(default_factory=dict)
    requests: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)
    override: Callable[[str, str, Mapping[str, str], bytes], Any] | None = None
    """(method, path, headers, body) -> (status, headers, body) or None for the honest response."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def respond(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        with self.lock:
            self.requests.append((method, path, headers, body))
        if self.override is not None and (given := self.override(method, path, headers, body)):
            return given
        if headers.get("authorization") not in (f"Bearer {TOKEN}", f"Bearer {OTHER_TOKEN}"):
            return 401, {"WWW-Authenticate": "Bearer"}, b"{}"
        name = path.partition("?")[0].removeprefix("/things").strip("/")
        with self.lock:
            if method == "POST":
                made = {"id": f"t{len(self.requests)}", **json.loads(body)}
                self.things[made["id"]] = made
                return 201, {}, json.dumps(made).encode()
            if name and name not in self.things:
                return 404, {}, b"{}"
            if method == "DELETE":
                del self.things[name]
                return 204, {}, b""
            value = self.things[name] if name else list(self.things.values())
            return 200, {}, json.dumps(value).encode()


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = {name.lower(): value for name, value in self.headers.items()}
            status, headers, data = api.respond(self.command, self.path, given, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Type" not in headers:
                self.send_header("Content-Type", "application/json")
            if status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815  (http.server's)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield api
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def target(api: Api) -> Target:
    return target_at(api.url)


def target_at(url: str, **more: Any) -> Target:
    admin = Identity("admin", "$APICHECK_ADMIN_TOKEN", tenant="a")
    return Target(
        **{
            "name": "test",
            "base_url": url,
            "identities": {"admin": admin},
            "safety": Safety(mode=Mode.FULL),
            "secrets": Secrets({"$APICHECK_ADMIN_TOKEN": TOKEN}),
            **more,
        }
    )


@pytest.fixture
def plan_for() -> Callable[..., Plan]:
    return make_plan


def make_plan(target: Target, facts: Any = None, *, document: Any = None, **options: Any) -> Plan:
    spec = read_spec(document or DOCUMENT)
    policy = Policy("test", "1", "Test", (), facts_from(facts or {}))
    capabilities = options.pop("capabilities", frozenset())
    chosen = Options(**{"concurrency": 1, "timeout_s": 1.0, **options})
    return planned(spec, policy, target, {}, chosen, capabilities=capabilities)


@pytest.fixture
def probe_of() -> Callable[..., Probe]:
    return make_probe


def make_probe(
    plan: Plan,
    script: Callable[[Subject], Script],
    operation: str = "listThings",
    *,
    applies: Applies | None = None,
    key: str = "",
    **check: Any,
) -> Probe:
    declared = Check(
        title="A test", outcomes=(), proven_by={}, script=script, id="test/check", **check
    )
    subject = Subject(
        SubjectKind.OPERATION, operation, plan.context, operation=plan.spec.operation(operation)
    )
    return Probe(key or f"test/check/{operation}", declared, subject, applies or Applies())


def statuses(transcript: Transcript) -> list[int]:
    return [exchange.status for exchange in transcript.exchanges]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("api.test")]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 2

        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()
