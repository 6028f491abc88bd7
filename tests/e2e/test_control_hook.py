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
def serving(faults: str, window: str = "60") -> Iterator[str]:
    # The socket listens before the app does: whoever calls meanwhile waits, and nobody polls.
    with create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        own = {"HOOKED_TOKEN": TOKEN, "SOCKET": str(number), "FAULTS": faults, "WINDOW": window}
        env = {**os.environ, **own}
        command = [sys.executable, HOOKED / "app.py"]
        with subprocess.Popen(command, env=env, pass_fds=(number,)) as process:
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                process.terminate()


def write_run(folder: Path, url: str, policy: str) -> Path:
    """Write document, policy and target file of a run; return the path of the last."""
    with urllib.request.urlopen(f"{url}/openapi.json", timeout=60) as response:
        (folder / "openapi.json").write_bytes(response.read())
    (folder / "policy.yaml").write_text(f"spec: openapi.json\n{policy}")
    target = folder / "apicheck.toml"
    target.write_text(
        f'policy = "policy.yaml"\nbase_url = "{url}"\n[identities.us]\ntoken_env = "HOOKED_TOKEN"\n'
    )
    return target


def read_words(run: Path) -> dict[str, str]:
    """The verdicts of the clauses."""
    results = json.loads((run / "results.json").read_text())
    return {clause["id"]: clause["verdict"] for clause in results["clauses"]}


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
        target = write_run(tmp_path, url, (HOOKED / "policy.yaml").read_text())
        target.write_text(f'{target.read_text()}[control]\nurl = "{url}/.control"\n')
        said = apicheck("run", "--out", "run", env={"HOOKED_TOKEN": TOKEN}, cwd=tmp_path)
    assert said.code == (1 if broken else 0), said
    assert read_words(tmp_path / "run") == {
        name: "fail" if name in broken else "pass" for name in ("LIFE", "GONE", "RATE")
    }


OF_TWO_SECONDS = """\
policy: hooked
facts:
  authentication: {refusal: 401}
  rate_limits:
    per: token
    window: 2s
    algorithm: fixed
    refusal: 429
    buckets: {general: {limit: 20}}
clauses:
  RATE: {quote: Twenty requests in two seconds., checks: [ratelimit/quota, ratelimit/recovery]}
"""


@pytest.mark.long
@pytest.mark.parametrize(("faults", "verdict"), [("", "pass"), ("limit", "fail")])
def test_a_window_has_the_same_verdict_by_a_clock_that_is_moved_and_in_real_time(
    apicheck: Callable[..., Any], tmp_path: Path, faults: str, verdict: str
) -> None:
    for name in ("real", "moved"):
        folder = tmp_path / name
        folder.mkdir()
        with serving(faults, window="2") as url:
            target = write_run(folder, url, OF_TWO_SECONDS)
            if name == "moved":
                target.write_text(f'{target.read_text()}[control]\nurl = "{url}/.control"\n')
            apicheck("run", "--out", "run", env={"HOOKED_TOKEN": TOKEN}, cwd=folder)
        assert read_words(folder / "run") == {"RATE": verdict}, name
