"""What is wrong with what the user gave is said in words, with the right exit code."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from apicheck import testing

SPEC = """\
openapi: 3.1.0
info: {title: Things, version: "1"}
security: [{bearer: []}]
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
paths:
  /things:
    get: {operationId: listThings, responses: {"200": {description: fine}}}
"""
POLICY = """\
policy: things
version: "1"
title: Things
spec: openapi.yaml
facts:
  authentication: {refusal: 401}
clauses:
  AUTH-1: {section: "1", quote: "A token is needed", checks: auth/missing-credentials}
"""
TARGET = """\
name = "things"
policy = "policy.yaml"
base_url = "http://127.0.0.1:1"
[identities.admin]
token_env = "THINGS_TOKEN"
"""
BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x]"]
    + [
        f"{b}: &{b} [{', '.join(['*' + a] * 9)}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose three files are right."""
    (tmp_path / "openapi.yaml").write_text(SPEC)
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "apicheck.toml").write_text(TARGET)
    return tmp_path


def no_trace(said: Any) -> str:
    """What was said, once it is sure that no internal error shows through."""
    text = said.out + said.err
    assert "Traceback" not in text
    assert "bug in apicheck" not in text
    return text


WRONG_POLICIES = {
    "empty": ("", ["policy.yaml", "empty"]),
    "not YAML": ("policy: [", ["policy.yaml:"]),
    "a list": ("- policy\n- clauses\n", ["policy.yaml"]),
    "of another shape": (POLICY.replace("clauses:", "claws:"), ["claws", "clauses"]),
    "an unknown check": (
        POLICY.replace("auth/missing-credentials", "auth/mising-credentials"),
        ["policy.yaml:8", "auth/missing-credentials"],
    ),
    "an unknown operation": (
        POLICY.replace("credentials}", "credentials, ops: listThing}"),
        ["policy.yaml:8", "listThing", "listThings"],
    ),
    "an unknown scope": (
        POLICY.replace("credentials}", 'credentials, ops: "scope:things"}'),
        ["policy.yaml:8", "things"],
    ),
    "an unknown fact": (
        POLICY.replace("authentication:", "autentication:"),
        ["policy.yaml:6", "authentication"],
    ),
    "a duplicate key": (POLICY + "policy: again\n", ["policy.yaml:9", "1"]),
    "a bomb": (BOMB, ["policy.yaml"]),
}


@pytest.mark.parametrize("case", WRONG_POLICIES)
def test_a_policy_that_is_wrong(project: Path, here: Callable[..., Any], case: str) -> None:
    text, words = WRONG_POLICIES[case]
    (project / "policy.yaml").write_text(text)
    said = here("lint", "--policy", "policy.yaml", cwd=project)
    assert said.code == 2, said
    assert [word for word in words if word not in no_trace(said)] == [], said.err


WRONG_SPECS = {
    "empty": ("", ["openapi.yaml"]),
    "Swagger 1": ('swagger: "1.2"\ninfo: {title: x, version: "1"}\npaths: {}\n', ["Swagger 1.2"]),
    "a broken $ref": (
        SPEC.replace(
            "responses: {", 'requestBody: {$ref: "#/components/requestBodies/Fine"}, responses: {'
        ),
        ["#/components/requestBodies/Fine"],
    ),
    "a remote $ref": (
        SPEC.replace(
            "responses: {", 'requestBody: {$ref: "https://example.com/fine.yaml"}, responses: {'
        ),
        ["https://example.com/fine.yaml"],
    ),
    "a circular $ref": (
        SPEC.replace(
            "responses: {", 'requestBody: {$ref: "#/components/requestBodies/A"}, responses: {'
        ).replace(
            "components: {",
            'components: {requestBodies: {A: {$ref: "#/components/requestBodies/B"},'
            ' B: {$ref: "#/components/requestBodies/A"}}, ',
        ),
        ["openapi.yaml:7", "leads back to itself"],
    ),
    "a bomb": (BOMB, ["openapi.yaml"]),
}


@pytest.mark.parametrize("case", WRONG_SPECS)
def test_a_document_that_is_wrong(project: Path, here: Callable[..., Any], case: str) -> None:
    text, words = WRONG_SPECS[case]
    (project / "openapi.yaml").write_text(text)
    said = here("lint", "--policy", "policy.yaml", cwd=project)
    assert said.code == 2, said
    assert [word for word in words if word not in no_trace(said)] == [], said.err


def test_a_document_of_version_3_0_is_read(project: Path, here: Callable[..., Any]) -> None:
    (project / "openapi.yaml").write_text(SPEC.replace("3.1.0", "3.0.3"))
    assert here("lint", "--policy", "policy.yaml", cwd=project).code == 0


def test_lint_finds_the_policy_by_the_target_file_and_needs_no_secret(
    project: Path, here: Callable[..., Any]
) -> None:
    said = here("lint", cwd=project)
    assert said.code == 0, said
    assert "1 clause" in said.out + said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--policy", "nowhere.yaml"], ["nowhere.yaml"]),
        (["run", "--profile", "canonica"], ["canonica", "canonical"]),
        (["run", "--clause", "AUTH-2"], ["AUTH-2", "AUTH-1"]),
        (["run", "--select", "auth/challange"], ["auth/challange", "auth/challenge"]),
        (["rum"], ["rum", "run"]),
        (["explain", "auth/challange"], ["auth/challange", "auth/challenge"]),
        (["judge", "nowhere"], ["nowhere"]),
    ],
    ids=" ".join,
)
def test_a_word_that_nobody_knows(
    project: Path, here: Callable[..., Any], arguments: list[str], words: list[str]
) -> None:
    said = here(*arguments, cwd=project, env={"THINGS_TOKEN": "t" * 20})
    assert said.code == 2, said
    assert [word for word in words if word not in no_trace(said)] == [], said.err


@pytest.mark.parametrize("env", [{}, {"THINGS_TOKEN": ""}], ids=["unset", "empty"])
def test_a_secret_that_is_not_set(
    project: Path, here: Callable[..., Any], env: dict[str, str]
) -> None:
    said = here("run", cwd=project, env=env)
    assert said.code == 2, said
    assert "THINGS_TOKEN" in no_trace(said)
    assert "admin" in said.err


def test_a_target_that_does_not_answer(project: Path, here: Callable[..., Any]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        said = here("run", "--base-url", url, cwd=project, env={"THINGS_TOKEN": "t" * 20})
    assert said.code == 4, said
    assert url in no_trace(said)


def test_an_output_that_cannot_be_written(project: Path, here: Callable[..., Any]) -> None:
    (project / "file").write_text("in the way")
    with answering(200, "application/json", b"[]") as url:
        said = here(
            *("run", "--base-url", url, "--out", "file/run"),
            cwd=project,
            env={"THINGS_TOKEN": "t" * 20},
        )
    assert said.code == 2, said
    assert "file/run" in no_trace(said)


class answering:  # noqa: N801  (used as `with answering(…) as url`)
    """A target that gives every request the same answer."""

    def __init__(self, status: int, media_type: str, body: bytes) -> None:
        class Always(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815  (http.server's names)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Always)

    def __enter__(self) -> str:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.mark.parametrize(
    ("status", "media_type"),
    [
        (401, "application/json"),
        (429, "application/json"),
        (500, "application/json"),
        (200, "text/html"),
    ],
)
def test_a_target_that_has_one_answer_only_is_invalid(
    project: Path, here: Callable[..., Any], status: int, media_type: str
) -> None:
    body = b"<html><script>alert(1)</script></html>" if "html" in media_type else b"{}"
    with answering(status, media_type, body) as url:
        said = here(
            *("run", "--base-url", url, "--out", "run"),
            cwd=project,
            env={"THINGS_TOKEN": "t" * 20},
        )
    assert said.code == 4, said
    assert str(status) in no_trace(said)
    assert (project / "run" / "report.html").is_file()
    assert b"<script>alert(1)" not in (project / "run" / "report.html").read_bytes()


@pytest.fixture(scope="module")
def slow(control: Callable[..., Any]) -> Iterator[testing.Server]:
    """A server that takes its time, so that a run can be caught in the middle."""
    with testing.server("canonical") as server:
        control(server.control_url, "PUT", "/variant", {"latency_ms": 100})
        yield server


def caught_in_the_middle(process: subprocess.Popen[str], journal: Path) -> None:
    """Wait until a run has recorded something."""
    for _ in range(1200):
        if journal.exists() and journal.read_bytes().count(b"\n") > 15:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("nothing was recorded in two minutes")


def test_ctrl_c_leaves_a_judged_and_reported_run(
    slow: testing.Server, tmp_path: Path, start: Callable[..., Any]
) -> None:
    out = tmp_path / "run"
    with start("run", "--target", slow.target_file, "--out", out) as process:
        caught_in_the_middle(process, out / "journal.ndjson")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    results = json.loads((out / "results.json").read_text())
    assert process.returncode == 3, err
    assert results["run"]["interrupted"] == "Ctrl-C"
    assert (out / "report.html").is_file()
    assert "Traceback" not in err


def test_a_killed_run_can_be_judged(
    slow: testing.Server, tmp_path: Path, start: Callable[..., Any], apicheck: Callable[..., Any]
) -> None:
    out = tmp_path / "run"
    with start("run", "--target", slow.target_file, "--out", out) as process:
        caught_in_the_middle(process, out / "journal.ndjson")
        process.kill()
        process.communicate(timeout=60)
    with (out / "journal.ndjson").open("ab") as journal:
        journal.write(b'{"torn')
    said = apicheck("judge", out)
    assert said.code == 3, said
    assert "incomplete" in no_trace(said)
