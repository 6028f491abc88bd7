"""A run that was killed while the target's clock was on another day: it is put back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from apicheck.cli import main

Captured = pytest.CaptureFixture[str]
Command = Callable[..., AbstractContextManager[Any]]

DAY_S = 86_400.0
POLICY = """\
policy: things
spec: openapi.yaml
facts:
  versioning:
    deprecations: [{ops: listThings, since: 2020-01-01, sunset: 2099-01-01, gone: 410}]
clauses:
  ENDS: {quote: It ends, checks: versioning/sunset-day}
"""
TARGET = """\
base_url = "{url}"
policy = "policy.yaml"
[control]
url = "{url}/control"
[identities.admin]
token_env = "THINGS_TOKEN"
"""


@dataclass
class Movable:
    """Things, one list of them public, with a clock that can be moved. gone: set on another day."""

    things: Any
    sent: Any
    ahead: float = 0.0
    stuck: bool = False
    gone: Event = field(default_factory=Event)

    def __call__(self, request: Any) -> Any:
        if request.path == "/control/clock" and self.stuck:
            return self.sent(503)
        if request.path == "/control/clock":
            self.ahead += json.loads(request.body or b"{}").get("advance", 0.0)
            return self.sent(200, {"now": time.time() + self.ahead})
        if request.path.startswith("/control"):
            return self.sent(200, {"protocol": 1, "capabilities": ["clock", "rewind"]})
        if abs(self.ahead) > DAY_S and not self.gone.is_set():
            self.gone.set()
            return self.sent(200, [], pause_s=60.0)
        return self.sent(200, [])


@pytest.fixture
def killed(
    things: Any, sent: Any, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Movable]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.yaml").write_text(POLICY)
    target = Movable(things, sent)
    document = things.document.replace(
        "operationId: listThings,", "operationId: listThings, security: [],"
    )
    with command(target, "run", "--out", "run", document=document, target=TARGET) as process:
        assert target.gone.wait(60)
        process.popen.kill()
        process.finish()
        assert target.ahead > 365 * DAY_S
        yield target


def leftovers(capsys: Captured) -> list[str]:
    capsys.readouterr()
    main(["judge", "run", "--json"])
    return list(json.loads(capsys.readouterr().out)["leftovers"])


def test_judge_names_the_clock_and_clean_puts_it_back(killed: Movable, capsys: Captured) -> None:
    (words,) = leftovers(capsys)
    assert words.startswith("the target's clock, which is ")
    assert words.endswith(" days ahead")
    killed.stuck = True
    assert main(["clean", "run"]) == 3
    assert "did not move the clock" in capsys.readouterr().out
    killed.stuck = False
    assert main(["clean", "run"]) == 0
    assert abs(killed.ahead) < 60
    assert not leftovers(capsys)
    killed.ahead = 3600.0
    assert main(["clean", "run"]) == 0
    assert killed.ahead == 3600.0


def test_a_run_that_goes_on_puts_the_clock_back_first(killed: Movable, capsys: Captured) -> None:
    main(["run", "--resume", "run"])
    assert abs(killed.ahead) < 60
    assert "the target's clock" not in capsys.readouterr().out


def test_a_clock_that_is_at_home_again_stays_there(killed: Movable, capsys: Captured) -> None:
    killed.ahead = 120.0
    assert main(["clean", "run"]) == 0
    assert killed.ahead == 120.0
    assert not leftovers(capsys)
