"""Where the ids of processed deliveries stand."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from apicheck.model.target import Effects
from apicheck.probe.effects import EffectsReader
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.transport import Transport, parse_origin


def reader(effects: Effects, *, stopped: bool = False) -> EffectsReader:
    stop = threading.Event()
    if stopped:
        stop.set()
    return EffectsReader(effects, lambda url, s: Transport(parse_origin(url), timeout_s=s), stop)


def test_a_file_is_read_until_the_id_stands_there(tmp_path: Path) -> None:
    log = tmp_path / "processed.log"
    log.write_text("")
    late = threading.Timer(0.05, log.write_text, args=("evt_1\nevt_1\nevt_2\n",))
    late.start()
    assert reader(Effects(file=str(log))).count("evt_1", 1) == 2
    late.join()


def test_an_id_that_is_not_waited_for_is_counted_at_once(tmp_path: Path) -> None:
    log = tmp_path / "processed.log"
    log.write_text("evt_2\n")
    assert reader(Effects(file=str(log))).count("evt_1", 0) == 0


def test_the_end_of_the_run_ends_the_wait(tmp_path: Path) -> None:
    log = tmp_path / "processed.log"
    log.write_text("")
    assert reader(Effects(file=str(log)), stopped=True).count("evt_1", 1) == 0


def test_a_command_prints_the_ids() -> None:
    command = (sys.executable, "-c", "print('evt_1')")
    assert reader(Effects(command=command)).count("evt_1", 1) == 1


@pytest.mark.parametrize(
    "effects",
    [
        Effects(file="/no/such/file"),
        Effects(command=("/no/such/command",)),
        Effects(command=(sys.executable, "-c", "raise SystemExit(3)")),
        Effects(url="http://127.0.0.1:1/processed"),
    ],
)
def test_what_cannot_be_read_ends_the_probe_with_the_reason(effects: Effects) -> None:
    with pytest.raises(ProbeStopped, match="the effects of the receiver cannot be read"):
        reader(effects).count("evt_1", 1)
