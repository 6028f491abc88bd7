"""Receivers of webhooks: the reference server's, those of official libraries, and broken ones."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from apicheck.load import profile_dir
from apicheck.model.errors import PolicyError, TargetUnreachable
from apicheck.model.verdict import NotTestedKind, RunWord, Verdict
from apicheck.run import judge_saved, promise_of_scheme, prove, reference_server
from apicheck.run.receiver_documents import write_documents
from apicheck.testing import Run, Server, check_receiver
from tests.e2e.servers import find_free_port, find_program, install_with_npm, running

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SECRETS = {
    "WEBHOOK_SECRET": SECRET,
    "OTHER_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx",
    "PRIVATE_KEY": "whsk_" + base64.b64encode(bytes(range(32))).decode(),
    "PEM": PRIVATE_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
}
PUBLIC_KEY = base64.b64encode(
    PRIVATE_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
).decode()
APP = Path(__file__).parent / "apps" / "receivers" / "app.py"
HMAC = {"header": "X-Sign", "value": "sha256={mac}", "signed": "{timestamp}.{body}",
        "timestamp": "X-Time"}  # fmt: skip
OF_REFERENCE_SERVER: Mapping[str, Mapping[str, str]] = {
    "standard-webhooks": {"prefix": "svix-"},
    "stripe": {},
    "github": {},
    "slack": {},
    "shopify": {},
    "paddle": {},
    "hmac": HMAC,
}
OF_LIBRARIES: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "standard-webhooks": ("standard-webhooks", {}, "WEBHOOK_SECRET"),
    "public-key": ("standard-webhooks", {"version": "v1a"}, "PRIVATE_KEY"),
    "stripe": ("stripe", {}, "WEBHOOK_SECRET"),
    "slack": ("slack", {}, "WEBHOOK_SECRET"),
    "github": ("github", {}, "WEBHOOK_SECRET"),
    "twilio": ("twilio", {}, "WEBHOOK_SECRET"),
    "message-signatures": (
        "http-message-signatures",
        {
            "algorithm": "ed25519",
            "keyid": "key-1",
            "components": "@method @target-uri content-digest",
        },
        "PEM",
    ),
}
WEAK = {
    "standard-webhooks": {
        ("receiver/body", "error"),
        ("receiver/signature", "error"),
        ("receiver/malformed", "error"),
    },
    "stripe": {("receiver/malformed", "error")},
    "slack": {
        ("receiver/body", "error"),
        ("receiver/time", "error"),
        ("receiver/malformed", "error"),
    },
}
"""Where the page of a library leaves something uncaught. Nothing else is wrong with them."""
AS_TEXT = "receiver/body: decoded: bytes-replaced"
"""Both pages of npm's libraries verify the body as text."""
FEW = ("receiver/body", "receiver/signature")


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def read_secret(server: Server) -> str:
    with urllib.request.urlopen(f"{server.control_url}/receiver") as response:
        return str(json.load(response)["secret"])


@pytest.fixture(scope="module")
def honest() -> Iterator[Server]:
    with reference_server(profile_dir("receiver")) as server:
        yield server


@contextmanager
def serving(command: list[str | Path], folder: Path) -> Iterator[str]:
    """The URL of an app, as soon as it listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {
        **os.environ,
        "RECEIVER_SECRET": SECRET,
        "RECEIVER_PUBLIC_KEY": PUBLIC_KEY,
        "PORT": str(port),
    }
    with subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        url, until = f"http://127.0.0.1:{port}", monotonic() + 60
        try:
            while not is_up(port):
                assert process.poll() is None
                assert monotonic() < until
                sleep(0.1)
            yield url
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def libraries() -> Iterator[str]:
    """The URL of the app with receivers by official libraries."""
    with serving([sys.executable, APP], APP.parent) as url:
        yield url


def is_up(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


def undecided(run: Run) -> list[str]:
    return [
        f"{one.check}: {one.reason}"
        for one in run.results.checks
        if one.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)
    ]


def test_a_partner_gets_a_verdict_from_two_lines(
    apicheck: Callable[..., Any], honest: Server, tmp_path: Path
) -> None:
    said = apicheck(
        *("receiver", f"{honest.base_url}/hooks", "--scheme", "standard-webhooks"),
        *("--secret-env", "RECEIVER_SECRET", "--out", tmp_path / "run"),
        *("--effects", f"{honest.control_url}/processed"),
        env={"RECEIVER_SECRET": read_secret(honest)},
    )
    assert said.code == 0, said
    assert re.search(
        r"✓ conformant: (\d+) of the receiver's \1 automatically tested must-clauses met", said.out
    )
    assert read_secret(honest) not in said.out + said.err
    again = judge_saved(tmp_path / "run")
    assert again.word.word is RunWord.CONFORMANT
    assert again.run.actor == "receiver"
    assert "receiver/replay" in {one.check for one in again.checks}


def test_the_report_says_of_each_row_what_was_sent_and_what_came(
    apicheck: Callable[..., Any], honest: Server, tmp_path: Path
) -> None:
    said = apicheck(
        *("receiver", f"{honest.base_url}/hooks", "--scheme", "standard-webhooks"),
        *("--secret-env", "RECEIVER_SECRET", "--out", tmp_path / "run"),
        *("--select", "receiver/signature", "--select", "receiver/accepts"),
        env={"RECEIVER_SECRET": read_secret(honest)},
    )
    assert said.code == 0, said
    saved = json.loads((tmp_path / "run" / "results.json").read_text())
    signature = next(one for one in saved["results"] if one["check"] == "receiver/signature")
    assert len(signature["rows"]) == signature["cases"]
    assert {one["verdict"] for one in signature["rows"]} == {"pass"}
    page = (tmp_path / "run" / "report.html").read_text()
    for row in ("signature-absent", "signature-cut-to-43", "key-text", "reordered"):
        said_of_row = page.partition(f"<code>{row}</code></th>")[2].partition("</tr>")[0]
        assert "Send it again" in said_of_row
        assert f"{honest.base_url}/hooks" in said_of_row
        assert ("204" if row == "reordered" else "401 Unauthorized") in said_of_row


def test_a_forgery_that_is_accepted_is_shown_with_the_request_that_shows_it(
    apicheck: Callable[..., Any], tmp_path: Path
) -> None:
    fault = "receiver/compares-beginning"
    with reference_server(profile_dir("receiver"), faults=(fault,)) as server:
        said = apicheck(
            *("receiver", f"{server.base_url}/hooks", "--scheme", "standard-webhooks"),
            *("--secret-env", "RECEIVER_SECRET", "--select", "receiver/signature"),
            *("--out", tmp_path / "run"),
            env={"RECEIVER_SECRET": read_secret(server)},
        )
    assert said.code == 1, said
    assert "expected  a refusal, by 4xx (the signature: it is empty)" in said.out
    assert "actual    204 No Content for signature-empty" in said.out
    assert "signature-cut-to-43: deliver" in said.out
    assert "-H 'webhook-signature: v1,'" in said.out


@pytest.mark.parametrize(
    "scheme",
    [
        pytest.param(one, marks=[] if one == "github" else [pytest.mark.long])
        for one in OF_REFERENCE_SERVER
    ],
)
def test_the_honest_receiver_of_a_scheme_passes_all(
    scheme: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    options = OF_REFERENCE_SERVER[scheme]
    write_documents(tmp_path, "http://127.0.0.1/hook", promise_of_scheme(scheme, options))
    with reference_server(tmp_path) as server:
        monkeypatch.setenv("RECEIVER_SECRET", read_secret(server))
        run = check_receiver(
            f"{server.base_url}/hook",
            scheme=scheme,
            params=options,
            secret_env="RECEIVER_SECRET",
            effects=f"{server.control_url}/processed",
        )
    assert run.findings == ()
    assert undecided(run) == []
    assert run.word is RunWord.CONFORMANT
    assert run.verdicts("receiver/replay") == {"deliver": Verdict.PASS}


@pytest.mark.long
@pytest.mark.parametrize("name", OF_LIBRARIES)
def test_a_receiver_by_an_official_library_that_catches_everything_passes_all(
    name: str, libraries: str
) -> None:
    scheme, params, variable = OF_LIBRARIES[name]
    run = check_receiver(
        f"{libraries}/careful/{name}", scheme=scheme, params=params, secret_env=variable
    )
    assert run.findings == ()
    assert undecided(run) == []
    assert run.word is RunWord.CONFORMANT


@pytest.mark.long
@pytest.mark.parametrize("name", OF_LIBRARIES)
def test_of_a_receiver_as_on_the_page_of_its_library_the_true_weaknesses_are_found(
    name: str, libraries: str
) -> None:
    scheme, params, variable = OF_LIBRARIES[name]
    run = check_receiver(
        f"{libraries}/plain/{name}", scheme=scheme, params=params, secret_env=variable
    )
    assert run.outcomes() == WEAK.get(name, set())
    assert run.word is RunWord.CONFORMANT  # what fails is refused, too: a warning


def test_of_a_library_that_takes_the_older_signature_of_github_that_is_found(
    libraries: str,
) -> None:
    run = check_receiver(
        f"{libraries}/careful/gidgethub", scheme="github", secret_env="WEBHOOK_SECRET"
    )
    assert run.outcomes() == {("receiver/signature", "accepted")}
    assert "only the older signature, of SHA-1, is there" in run.findings[0].expected
    assert run.word is RunWord.NOT_CONFORMANT


@pytest.mark.long
def test_of_an_app_of_slack_bolt_the_true_weaknesses_are_found() -> None:
    with serving([sys.executable, "bolt.py"], APP.parent) as url:
        run = check_receiver(f"{url}/slack/events", scheme="slack", secret_env="WEBHOOK_SECRET")
    assert run.outcomes() == {
        ("receiver/accepts", "unknown-event"),  # 404 where no listener takes the event
        ("receiver/body", "decoded"),  # the adapter for Flask reads the body as text
        ("receiver/body", "error"),  # the body is parsed before it is verified
        ("receiver/malformed", "error"),
        ("receiver/time", "error"),
    }
    assert run.word is RunWord.CONFORMANT
    assert run.verdicts("receiver/handshake") == {"deliver": Verdict.PASS}


@pytest.mark.long
def test_of_a_receiver_in_go_the_true_weaknesses_are_found(tmp_path: Path) -> None:
    """webhook, by Adnan Hajdarević: it runs a program for each delivery that it accepts."""
    log, program = tmp_path / "processed.log", tmp_path / "process.sh"
    program.write_text(f'#!/bin/sh\necho "$1" >> {log}\n')
    program.chmod(0o700)
    match = {
        "type": "payload-hmac-sha256",
        "secret": SECRET,
        "parameter": {"source": "header", "name": "X-Hub-Signature-256"},
    }
    hook = {
        "id": "hook",
        "execute-command": str(program),
        "pass-arguments-to-command": [{"source": "header", "name": "X-GitHub-Delivery"}],
        "trigger-rule": {"match": match},
    }
    (tmp_path / "hooks.json").write_text(json.dumps([hook]))
    port = find_free_port()
    listen = ("-ip", "127.0.0.1", "-port", str(port))
    with running([find_program("webhook"), "-hooks", "hooks.json", *listen], tmp_path, port) as url:
        run = check_receiver(
            f"{url}/hooks/hook", scheme="github", secret_env="WEBHOOK_SECRET", effects=str(log)
        )
    # A forgery gets 500, and an unsigned one 200: none has an effect, so that none breaks a duty.
    assert {one for one in run.outcomes() if one[1] != "error"} == {
        ("receiver/refusal-effect", "acknowledged"),
        ("receiver/replay", "processed-again"),
        ("receiver/replay", "raced"),
        ("receiver/signature", "unversioned"),
    }
    assert {name for name, outcome in run.outcomes() if outcome == "error"} == {
        *("receiver/body", "receiver/handshake", "receiver/media-type", "receiver/methods"),
        *("receiver/repeated-field", "receiver/signature"),
    }
    assert run.word is RunWord.CONFORMANT


@pytest.mark.long
def test_of_receivers_by_libraries_of_npm_the_true_weaknesses_are_found(
    apicheck: Callable[..., Any], tmp_path: Path
) -> None:
    for name in ("package.json", "app.mjs"):
        shutil.copy(APP.with_name(name), tmp_path)
    install_with_npm(tmp_path)
    with serving(["node", "app.mjs"], tmp_path) as url:
        for name, weak in (
            ("github", {AS_TEXT, "receiver/body: error: body-empty"}),
            ("standard-webhooks", {AS_TEXT}),
        ):
            said = apicheck(
                *("receiver", f"{url}/{name}", "--scheme", name, "--out", tmp_path / name),
                *("--secret-env", "WEBHOOK_SECRET"),
            )
            assert said.code == 0, said
            assert set(re.findall(r"receiver/[a-z-]+: .*?(?= \()", said.out)) == weak


def test_a_receiver_that_acknowledges_forgeries_and_leaves_them_alone_accepts_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault = "receiver/acknowledges-what-it-refuses"
    with reference_server(profile_dir("receiver"), faults=(fault,)) as server:
        monkeypatch.setenv("RECEIVER_SECRET", read_secret(server))
        run = check_receiver(
            f"{server.base_url}/hooks",
            scheme="standard-webhooks",
            secret_env="RECEIVER_SECRET",
            effects=f"{server.control_url}/processed",
        )
    assert run.outcomes() == {("receiver/refusal-effect", "acknowledged")}
    assert run.word is RunWord.CONFORMANT


def test_a_fault_of_a_receiver_is_caught_by_its_own_check() -> None:
    proof = prove("receiver", faults=("receiver/takes-id-from-body",))
    assert proof.holds
    assert [row.caught for row in proof.rows] == [(("receiver/id", "accepted"),)]


def test_a_wrong_secret_is_recognised_before_anything_else(honest: Server) -> None:
    run = check_receiver(
        f"{honest.base_url}/hooks", scheme="standard-webhooks", secret_env="OTHER_SECRET"
    )
    assert run.word is RunWord.INVALID
    assert "check that the secret is the one that it verifies with" in run.results.word.why
    assert run.results.run.requests == 3


def test_where_the_url_is_signed_the_run_says_that_a_proxy_may_change_it(libraries: str) -> None:
    run = check_receiver(
        f"{libraries}/plain/twilio",
        scheme="twilio",
        params={"url": "https://elsewhere.example/hook"},
        secret_env="WEBHOOK_SECRET",
    )
    assert run.word is RunWord.INVALID
    assert "its URL is signed: if a proxy changes it" in run.results.word.why


def test_without_effects_the_run_says_what_to_add(
    honest: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECEIVER_SECRET", read_secret(honest))
    run = check_receiver(
        f"{honest.base_url}/hooks",
        scheme="standard-webhooks",
        secret_env="RECEIVER_SECRET",
        select=("receiver/replay", "receiver/body"),
    )
    assert run.word is RunWord.CONFORMANT
    replay = next(one for one in run.results.checks if one.check == "receiver/replay")
    assert replay.kind is NotTestedKind.NEEDS_EFFECTS
    assert any("[effects]" in task.lines for task in run.results.tasks)


def test_receivers_by_libraries_take_many_deliveries_and_no_secret_of_another_tenant(
    libraries: str,
) -> None:
    run = check_receiver(
        f"{libraries}/careful/standard-webhooks",
        scheme="standard-webhooks",
        secret_env="WEBHOOK_SECRET",
        other_secret_env="OTHER_SECRET",
        load=True,
        select=("receiver/load", "receiver/tenant"),
    )
    assert run.word is RunWord.CONFORMANT
    assert {one.check for one in run.results.checks if one.verdict is Verdict.PASS} == {
        "receiver/load",
        "receiver/tenant",
    }


def test_a_provider_of_which_nothing_is_signed_is_no_pass() -> None:
    with pytest.raises(PolicyError, match="promises no signature"):
        check_receiver("http://127.0.0.1:1/", profile="capsule", secret_env="WEBHOOK_SECRET")


Respond = Callable[[socket.socket], bool]
"""Responds to one request; whether the connection goes on."""


@contextmanager
def broken(respond: Respond) -> Iterator[str]:
    """The URL of a receiver that responds with bytes of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve(connection: socket.socket) -> None:
            with connection:
                try:
                    while read_request(connection) and respond(connection):
                        pass
                except OSError:
                    return

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"


def read_request(connection: socket.socket) -> bool:
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(65536)
        if not more:
            return False
        head += more
    return True


def respond_never(connection: socket.socket) -> bool:
    return read_request(connection)


def respond_in_part(connection: socket.socket) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
    return False


def respond_slowly(connection: socket.socket) -> bool:
    for byte in b"HTTP/1.1 200 OK\r\n" * 100:
        connection.sendall(bytes([byte]))
        sleep(0.2)
    return False


@pytest.mark.parametrize("respond", [respond_never, respond_in_part, respond_slowly])
def test_a_receiver_without_a_whole_response_is_unreachable(respond: Respond) -> None:
    with broken(respond) as url, pytest.raises(TargetUnreachable, match="sends no HTTP response"):
        check_receiver(url, scheme="github", secret_env="WEBHOOK_SECRET", timeout_s=0.3)


class CrashingReceiver(BaseHTTPRequestHandler):
    """Accepts what it can read, and ends without a response where a body is null."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = body == b"null"
        if not self.close_connection:
            self.send_response(204)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the tests read no log."""


def test_a_receiver_that_a_delivery_ends_is_found() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), CrashingReceiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        run = check_receiver(
            f"http://127.0.0.1:{server.server_port}/hook",
            scheme="github",
            secret_env="WEBHOOK_SECRET",
            select=("receiver/malformed",),
        )
        server.shutdown()
    assert run.outcomes() == {("receiver/malformed", "error")}


def respond_elsewhere(connection: socket.socket) -> bool:
    connection.sendall(
        b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /hook\r\nContent-Length: 0\r\n\r\n"
    )
    return True


def test_a_receiver_that_redirects_is_told_that_senders_do_not_follow() -> None:
    with broken(respond_elsewhere) as url:
        run = check_receiver(url, scheme="github", secret_env="WEBHOOK_SECRET")
    assert run.word is RunWord.INVALID
    assert "senders do not follow redirects" in run.results.word.why


def respond_at_length(connection: socket.socket) -> bool:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    piece = b"x" * (1 << 20)
    for _ in range(1024):
        connection.sendall(piece)
    return True


def test_a_response_of_a_gigabyte_stops_nothing() -> None:
    with broken(respond_at_length) as url:
        run = check_receiver(
            url, scheme="github", secret_env="WEBHOOK_SECRET", select=("receiver/rotation", *FEW)
        )
    accepted = {(check, "accepted") for check in FEW}
    milder = {("receiver/body", "decoded"), ("receiver/signature", "unversioned")}
    assert run.outcomes() == {*accepted, *milder}
