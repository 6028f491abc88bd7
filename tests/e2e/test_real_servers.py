"""Servers that others wrote, with the policies that docs/examples keeps for them.

Each is installed from its registry into a folder of its own, started, and tested as its README
says. What is found must be what is kept in `findings.json`; KEEP_FINDINGS=1 writes that anew.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@contextmanager
def running(command: list[str | Path], cwd: Path, url: str) -> Iterator[None]:
    """A server as a process, from when it answers until the end of the block."""
    with (cwd / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=cwd, stdout=log, stderr=log)
        try:
            _wait_for(url, process, cwd / "server.log")
            yield
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=60).close()
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"{url} does not answer: {log.read_text()}")


def done(*command: str | Path, cwd: Path | None = None) -> None:
    """Runs a command that must succeed, and shows what it said only if it does not."""
    ran = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def kinto(tmp_path: Path) -> Iterator[str]:
    example, programs = EXAMPLES / "kinto", tmp_path / "venv" / "bin"
    done(sys.executable, "-m", "venv", tmp_path / "venv")
    done(programs / "pip", "install", "--quiet", "-r", example / "requirements.txt")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    start = [programs / "kinto", "start", "--ini", example / "kinto.ini", "--port", port]
    with running(start, tmp_path, f"{url}/v1/"):
        yield url


@pytest.fixture
def verdaccio(tmp_path: Path) -> Iterator[str]:
    npm = shutil.which("npm")
    if npm is None:
        assert not os.environ.get("CI"), "Verdaccio needs npm; .ci/servers installs it"
        # Whoever has no Node.js can still work on apicheck; CI must have it.
        pytest.skip("Verdaccio needs npm, and there is none here")
    for name in ("package.json", "config.yaml"):
        shutil.copy(EXAMPLES / "verdaccio" / name, tmp_path)
    done(npm, "install", "--no-audit", "--no-fund", cwd=tmp_path)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    program = tmp_path / "node_modules" / ".bin" / "verdaccio"
    start = [program, "--config", "config.yaml", "--listen", f"127.0.0.1:{port}"]
    with running(start, tmp_path, f"{url}/-/ping"):
        yield url


def summary(results: Any) -> dict[str, Any]:
    """What is kept of a run: verdicts, and each finding without what differs between runs."""
    return {
        "run": results["verdict"]["word"],
        "clauses": {clause["id"]: clause["verdict"] for clause in results["clauses"]},
        "findings": [
            {
                **{key: finding[key] for key in ("check", "outcome", "detail", "clauses")},
                "operations": sorted(finding["operations"]),
            }
            for finding in sorted(
                results["findings"], key=lambda f: (f["check"], f["outcome"], f["detail"])
            )
        ],
    }


@pytest.mark.long
@pytest.mark.parametrize("name", ["kinto", "verdaccio"])
def test_a_real_server_breaks_the_promises_that_we_found_broken_and_no_others(
    name: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    apicheck: Callable[..., Any],
) -> None:
    url = request.getfixturevalue(name)
    target, kept = EXAMPLES / name / "apicheck.toml", EXAMPLES / name / "findings.json"
    said = apicheck(
        *("run", "--target", target, "--base-url", url, "--out", tmp_path / "run"),
        env={f"{name.upper()}_URL": url},
    )
    results = tmp_path / "run" / "results.json"
    assert results.exists(), said.err
    found = summary(json.loads(results.read_text()))
    if os.environ.get("KEEP_FINDINGS"):
        kept.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(kept.read_text())
