"""Authorization servers that others wrote: what is found is true, and nothing else is found.

Both are held against the same policy. oidc-provider keeps it; Authlib, set up as its documentation
shows, does not keep all of it. What is found must be what is kept in `grants/found.json`, each
line of which was looked at by hand; KEEP_FINDINGS=1 writes it anew. A person approves by a cookie
and a form here, and by a command there.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

SERVERS = Path(__file__).parent / "grants"
KEPT = SERVERS / "found.json"
SECRETS = {
    "TOKEN": "t0ken-of-ada-4f9c2a7d81",
    "SESSION": "s3ssion-of-ada-77a1c0de",
    "A_SECRET": "s3cret-of-a-51b7d9",
    "B_SECRET": "s3cret-of-b-90e4fa",
    "LIMITED_SECRET": "s3cret-of-limited-3c2b",
}


def done(*command: str | Path, cwd: Path) -> None:
    """Runs a command that must succeed, and shows what it said only if it does not."""
    ran = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def install_authlib(folder: Path) -> list[str | Path]:
    done(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    programs = folder / "venv" / "bin"
    done(programs / "pip", "install", "-q", "-r", SERVERS / "requirements.txt", cwd=folder)
    return [programs / "python", SERVERS / "on_authlib.py"]


def install_oidc_provider(folder: Path) -> list[str | Path]:
    npm = shutil.which("npm")
    if npm is None:
        assert not os.environ.get("CI"), "oidc-provider needs npm; .ci/servers installs it"
        # Whoever has no Node.js can still work on apicheck; CI must have it.
        pytest.skip("oidc-provider needs npm, and there is none here")
    for name in ("package.json", "on_oidc_provider.mjs"):
        shutil.copy(SERVERS / name, folder)
    done(npm, "install", "--no-audit", "--no-fund", cwd=folder)
    return ["node", "on_oidc_provider.mjs"]


INSTALL = {"authlib": install_authlib, "oidc_provider": install_oidc_provider}


@contextmanager
def running(command: list[str | Path], folder: Path) -> Iterator[str]:
    """The URL of a server, from when it listens until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environ = {**os.environ, **SECRETS}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, str(port)], cwd=folder, env=environ, stdout=log, stderr=log
        )
        try:
            _wait_for(f"{url}/.well-known/oauth-authorization-server", process, folder)
            yield url
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(300):
        try:
            urlopen(url, timeout=60).close()
        except (URLError, ConnectionError):
            assert process.poll() is None, (folder / "server.log").read_text()
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"{url} does not answer: {(folder / 'server.log').read_text()}")


def summary(results: Any) -> dict[str, Any]:
    """Verdict -> the checks that end in it, and what was found; what does not apply is left out."""
    found: dict[str, Any] = {}
    for result in sorted(results["results"], key=lambda one: str(one["check"])):
        if result["verdict"] == "fail":
            failures = sorted(f"{one['outcome']}: {one['actual']}" for one in result["failures"])
            found.setdefault("fail", {})[result["check"]] = failures
        elif result["verdict"] != "not-applicable":
            found.setdefault(result["verdict"], []).append(result["check"])
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", INSTALL)
def test_an_authorization_server_of_others_is_judged_as_it_is(
    name: str, tmp_path: Path, apicheck: Callable[..., Any]
) -> None:
    with running(INSTALL[name](tmp_path), tmp_path) as url:
        said = apicheck(
            *("run", "--target", SERVERS / f"{name}.toml", "--base-url", url),
            *("--out", tmp_path / "run"),
            env=SECRETS,
        )
    results = tmp_path / "run" / "results.json"
    assert results.exists(), said.err
    found = summary(json.loads(results.read_text()))
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if os.environ.get("KEEP_FINDINGS"):
        kept[name] = found
        KEPT.write_text(json.dumps(kept, indent=1) + "\n")
    assert found == kept[name]
