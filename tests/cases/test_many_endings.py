"""Runs that are killed, stopped and choked at many moments: nothing unnamed stays behind.

APICHECK_ENDINGS=100,40,20 in the environment: so many kills, signals and full disks.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apicheck.cli import main

pytestmark = pytest.mark.usefixtures("hangups_count")

Captured = pytest.CaptureFixture[str]
Command = Callable[..., AbstractContextManager[Any]]

KILLS, STOPS, DISKS = map(int, os.environ.get("APICHECK_ENDINGS", "30,21,12").split(","))
DISK_BLOCKS = 12 * 12
AT_ONCE = 4
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(scope="module")
def taken() -> list[float]:
    """How long a whole run took, once it is known."""
    return []


def wait_for_a_part(
    part: float, taken: list[float], things: Any, command: Command, tmp_path: Path
) -> None:
    """Let a run go on for a part of the time that a whole one takes."""
    if not taken:
        begun = time.monotonic()
        with command(things, "run", "--spec", "openapi.yaml", "--out", "whole") as process:
            process.finish()
        taken.append(time.monotonic() - begun)
        things.held.clear()
    begun = time.monotonic()
    while time.monotonic() - begun < part * taken[0]:
        time.sleep(0.005)


@dataclass
class Noted:
    """Things, and how many requests came."""

    things: Any
    count: int = 0

    def __call__(self, request: Any) -> Any:
        self.count += 1
        return self.things(request)


@pytest.mark.long
@pytest.mark.parametrize("number", range(KILLS))
def test_what_a_killed_run_left_is_named_and_deleted(
    *,
    number: int,
    taken: list[float],
    things: Any,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.chdir(tmp_path)
    things.pause_s = 0.005
    wait_for_a_part(0, taken, things, command, tmp_path)
    sent = Noted(things)
    with command(sent) as process:
        wait_for_a_part(number / KILLS, taken, things, command, tmp_path)
        process.popen.kill()
        process.finish()
        process.settle()
        if not (tmp_path / "run" / "plan.json").exists():
            assert not things.held
            return
        main(["judge", "run", "--json"])
        judged = json.loads(capsys.readouterr().out)
        assert judged["verdict"]["word"] != "not-conformant"
        recorded = Path("run/journal.ndjson").read_text()
        known = [name for name in things.held if f'\\"{name}\\"' in recorded]
        for name in known:
            assert any(name in words for words in judged["leftovers"])
        # Who sends a request has recorded the response to the one before; one may be sent twice.
        assert judged["run"]["requests"] >= sent.count - 2 * AT_ONCE
        if number % 2 or judged["run"]["finished"]:  # killed when it had sent everything
            main(["clean", "run"])
        else:
            assert main(["run", "--resume", "run"]) == 0
        said = capsys.readouterr().out
    assert not set(known) & set(things.held)
    assert len(things.held) <= said.count("created, if anything")


@pytest.mark.long
@pytest.mark.parametrize("number", range(STOPS))
def test_a_signal_at_any_moment_leaves_nothing(
    number: int, taken: list[float], things: Any, command: Command, tmp_path: Path
) -> None:
    sent = SIGNALS[number % len(SIGNALS)]
    things.pause_s = 0.005
    wait_for_a_part(0, taken, things, command, tmp_path)
    with command(things) as process:
        wait_for_a_part(number / STOPS, taken, things, command, tmp_path)
        process.popen.send_signal(sent)
        ended = process.finish()
        process.settle()
    assert not things.held
    # Before the first line of apicheck, Ctrl-C is a traceback of Python's own.
    _, _, trace = ended.err.partition("Traceback")
    assert "apicheck" not in trace
    if ended.code < 0 or ended.code > 128:
        assert ended.code in (-sent, 128 + sent)
    else:
        assert ended.code == ended.results["verdict"]["exit_code"]


@pytest.mark.long
@pytest.mark.parametrize("number", range(DISKS))
def test_a_disk_that_fills_up_at_any_moment_leaves_nothing(
    number: int, things: Any, command: Command
) -> None:
    with command(things, shell=f'ulimit -f {4 + DISK_BLOCKS * number // DISKS}; "$@"') as process:
        ended = process.finish()
    assert not things.held
    assert "bug" not in ended.err
    if ended.code == 2:
        assert "File too large" in ended.err
    else:
        assert ended.code == ended.results["verdict"]["exit_code"]
