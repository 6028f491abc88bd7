"""`python -m reference_server`, as other programs start it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from apicheck.load import load_policy, load_spec, load_target, profile_dir
from apicheck.model.target import Consent
from reference_server.credentials import main as credentials

COMMAND = [sys.executable, "-m", "reference_server", "--profile", "canonical"]
FORBIDDEN = ("schemathesis", "hypothesis", "httpx", "apicheck.plan", "apicheck.judge",
             "apicheck.checks", "apicheck.probe", "apicheck.signatures")  # fmt: skip


def start(*arguments: str | Path) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, json.loads(process.stdout.readline())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    file = tmp_path_factory.mktemp("target") / "apicheck.toml"
    process, line = start("--write-target", file, "--seed", "7")
    with process:
        yield line
        process.terminate()
        process.communicate(timeout=60)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """(exit code, what was said besides the first line) of a process that ends by itself"""
    out, err = process.communicate(timeout=60)
    return process.returncode, out + err


def test_it_says_where_it_listens(running: dict[str, Any]) -> None:
    before = time.time()
    with urlopen(running["control_url"] + "/clock", timeout=60) as answer:
        assert before <= json.load(answer)["now"] <= time.time()
        assert answer.headers["Server"] is None
    with socket.create_connection(("127.0.0.1", int(running["base_url"].rpartition(":")[2]))) as s:
        s.sendall(b"GET /v2/account HTTP/1.1\r\nHost: x\r\n\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 401 ")


def test_the_target_file_loads_and_has_every_identity(running: dict[str, Any]) -> None:
    folder = profile_dir("canonical")
    spec = load_spec(folder / "openapi.yaml")
    policy = load_policy(folder / "policy.yaml", spec)
    target = load_target(Path(running["target"]), spec=spec, policy=policy, environ={})
    assert target.base_url == running["base_url"]
    assert {one.name: (one.tenant, one.state) for one in target.identities.values()} == {
        "admin": ("a", "active"),
        "other": ("b", "active"),
        "expired": ("a", "expired"),
        "revoked": ("a", "revoked"),
        "pending": ("a", "pending"),
        "suspended": ("a", "suspended"),
        "terminated": ("a", "terminated"),
    }
    assert [one.name for one in target.minters] == ["a", "b", "limited"]
    assert target.consent == Consent("admin", scheme="session")


def test_credentials_are_printed_for_a_target_file(
    running: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert credentials(running["control_url"]) == 0
    said = json.loads(capsys.readouterr().out)
    states = ["expired", "revoked", "pending", "suspended", "terminated"]
    assert list(said["tokens"]) == ["admin", "other", *states]
    assert {tenant: set(client) for tenant, client in said["clients"].items()} == {
        "a": {"id", "secret"},
        "b": {"id", "secret"},
        "limited": {"id", "secret"},
    }


def test_the_same_seed_makes_the_same_credentials(
    running: dict[str, Any], drive: Callable[[str], Any]
) -> None:
    with urlopen(running["control_url"] + "/identities", timeout=60) as answer:
        first = json.load(answer)["identities"]
    assert [one["token"] for one in first] == [
        one.token for one in drive("canonical").server.first_identities
    ]


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_even_while_somebody_is_connected(sent: signal.Signals) -> None:
    process, line = start()
    with socket.create_connection(("127.0.0.1", int(line["base_url"].rpartition(":")[2]))) as idle:
        idle.sendall(b"POST /v2/contacts HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        process.send_signal(sent)
        code, said = ended(process)  # while the client still waits for its response
    assert (code in (0, -sent, 128 + sent), said) == (True, "")


def test_it_stops_when_its_stdin_ends() -> None:
    process, _ = start("--stdin-watch")
    assert ended(process) == (0, "")


def test_a_fault_of_the_command_line_is_on_from_the_start() -> None:
    process, line = start("--fault", "auth/skips-authentication", "--stdin-watch")
    with urlopen(line["base_url"] + "/v2/account", timeout=60) as answer:
        assert answer.status == 200
    ended(process)


def refused(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_port_in_use_is_told(running: dict[str, Any]) -> None:
    port = running["base_url"].rpartition(":")[2]
    said = refused("--port", port)
    assert (said.returncode, said.stdout) == (2, "")
    assert port in said.stderr
    assert "in use" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--fault", "auth/no-such"), "auth/skips-authentication"),
        (("--port", "99999"), "99999"),
        (("--profile", "no-such"), "no-such"),
        (("--write-target", "/no/such/folder/apicheck.toml"), "/no/such/folder"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(arguments: tuple[str, ...], words: str) -> None:
    said = refused(*arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert words in said.stderr
    assert "Traceback" not in said.stderr


def test_the_application_loads_nothing_that_judges_it() -> None:
    code = "import sys, reference_server.app; print('\\n'.join(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = said.stdout.split()
    assert "reference_server.app" in loaded
    assert [name for name in loaded if name.startswith(FORBIDDEN)] == []
