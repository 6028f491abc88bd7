"""An app with a control hook: hours and minutes of its promises are tested in seconds."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import pytest

HOOKED = Path(__file__).parent / "apps" / "hooked"
TOKEN = "hooked-91c4b7e2a6d0"


@contextmanager
def serving(faults: str) -> Iterator[str]:
    # The socket listens before the app does: whoever calls meanwhile waits, and nobody polls.
    with create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        env = {**os.environ, "HOOKED_TOKEN": TOKEN, "SOCKET": str(number), "FAULTS": faults}
        command = [sys.executable, HOOKED / "app.py"]
        with subprocess.Popen(command, env=env, pass_fds=(number,)) as process:
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                process.terminate()


@pytest.mark.parametrize(
    ("faults", "broken"),
    [
        pytest.param("", set(), id="kept"),
        pytest.param("limit,lifetime", {"LIFE", "RATE"}, id="broken", marks=pytest.mark.long),
    ],
)
def test_a_run_over_it_tests_limits_and_lifetimes_by_its_clock(
    apicheck: Callable[..., Any], tmp_path: Path, faults: str, broken: set[str]
) -> None:
    with serving(faults) as url:
        with urllib.request.urlopen(f"{url}/openapi.json", timeout=60) as response:
            (tmp_path / "openapi.json").write_bytes(response.read())
        policy = (HOOKED / "policy.yaml").read_text()
        (tmp_path / "policy.yaml").write_text(f"spec: openapi.json\n{policy}")
        (tmp_path / "apicheck.toml").write_text(
            f'policy = "policy.yaml"\nbase_url = "{url}"\n[identities.us]\n'
            f'token_env = "HOOKED_TOKEN"\n[control]\nurl = "{url}/.control"\n'
        )
        said = apicheck("run", "--out", "run", env={"HOOKED_TOKEN": TOKEN}, cwd=tmp_path)
    assert said.code == (1 if broken else 0), said
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    words = {clause["id"]: clause["verdict"] for clause in results["clauses"]}
    assert words == {
        name: "fail" if name in broken else "pass" for name in ("LIFE", "GONE", "RATE")
    }
