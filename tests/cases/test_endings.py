"""However a run ends: what it made is deleted, what it recorded is judged, and the user told."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("hangups_count")

Command = Callable[..., AbstractContextManager[Any]]

RUN = ("run", "--spec", "openapi.yaml", "--out", "run", "--ignore", "errors/*")
"""Without bad input: what matters here is what is made, and how the run ends."""
SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM", signal.SIGHUP: "SIGHUP"}


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_sending_ends_the_run_in_order(
    number: int, things: Any, command: Command
) -> None:
    things.pause_s = 0.01
    with command(things, *RUN) as process:
        assert things.busy.wait(60)
        process.popen.send_signal(number)
        ended = process.finish()
    assert ended.code == 3, ended.err
    assert ended.results["run"]["interrupted"] == SIGNALS[number]
    assert (ended.directory / "report.html").is_file()
    assert "stopping" in ended.err
    assert things.made >= 2
    assert not things.held


def test_a_second_signal_leaves_at_once_and_says_where_the_record_is(
    things: Any, command: Command
) -> None:
    things.pause_s = 2.0
    things.wanted = 1
    with command(things, *RUN) as process:
        assert things.busy.wait(60)
        process.popen.send_signal(signal.SIGTERM)
        while "stopping" not in process.popen.stderr.readline():
            pass
        process.popen.send_signal(signal.SIGTERM)
        ended = process.finish()
    assert ended.code == 143
    assert "apicheck judge run" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_before_anything_is_sent_leaves_no_trace(
    number: int, things: Any, tmp_path: Path
) -> None:
    code = (
        "import os, sys; import apicheck.load as load\n"
        f"load.load_spec = lambda *_: os.kill(os.getpid(), {int(number)})\n"
        "import apicheck.run.config as config; config.load_spec = load.load_spec\n"
        "sys.argv = ['apicheck', 'run', '--spec', 'openapi.yaml', '--base-url', 'http://x']\n"
        "from apicheck.__main__ import main; sys.exit(main())"
    )
    (tmp_path / "openapi.yaml").write_text(things.document)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 128 + number
    assert done.stderr.strip() == "apicheck: stopped"


def test_nothing_is_imported_before_ctrl_c_is_handled() -> None:
    code = (
        "import os, sys; before = set(sys.modules); import apicheck.__main__;"
        " print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == {"__future__", "apicheck", "apicheck.__main__"}


STREAMS = ['"$@" 2>&1 | head -1', '"$@" | head -1', '"$@" 2>/dev/full', '"$@" >&- 2>&-']


@pytest.mark.parametrize("shell", STREAMS)
def test_streams_that_nobody_reads_end_no_run(shell: str, things: Any, command: Command) -> None:
    with command(things, *RUN, shell=shell) as process:
        ended = process.finish()
    assert ended.results["run"]["interrupted"] == ""
    assert ended.code == ended.results["verdict"]["exit_code"]
    assert not things.held


def test_a_disk_that_fills_up_leaves_nothing_on_the_target(things: Any, command: Command) -> None:
    with command(things, *RUN, shell='ulimit -f 40; "$@"') as process:
        ended = process.finish()
    assert ended.code == 2
    assert "File too large" in ended.err
    assert "bug" not in ended.err
    assert things.made
    assert not things.held


def test_an_error_of_the_runs_own_leaves_nothing_on_the_target(
    things: Any, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("THINGS_TOKEN", things.token)
    progress = SimpleNamespace(begin=begin, advance=fail_at(things), note=print, end=lambda: None)
    with pytest.raises(ZeroDivisionError):
        run(things.document, things, target=things.target, progress=progress)
    results = json.loads(next(tmp_path.glob("run-*/results.json")).read_text())
    assert results["run"]["interrupted"] == "an error: ZeroDivisionError"
    assert results["verdict"]["word"] != "conformant"
    assert things.made
    assert not things.held


def begin(label: str, total: int | None = None) -> None:
    """A part of the work begins."""


def fail_at(things: Any) -> Callable[..., None]:
    def advance(n: int = 1, text: str = "") -> None:
        if things.busy.is_set():
            raise ZeroDivisionError

    return advance
