from __future__ import annotations

import io

import pytest

from apicheck.cli.screen import BarProgress, LineProgress, Screen, coloured
from apicheck.run import Silent


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert coloured(_Terminal())
    assert not coloured(io.StringIO())
    monkeypatch.setenv("TERM", "dumb")
    assert not coloured(_Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured(_Terminal())


def test_a_log_gets_lines_and_no_control_characters() -> None:
    log = io.StringIO()
    progress = LineProgress(log)
    progress.begin("probing", 40)
    for _ in range(40):
        progress.advance(text="GET /x")
    progress.note("\x1b[31mhm")
    progress.end()
    assert log.getvalue() == "probing: 40 steps\n␛[31mhm\n"


def test_quiet_says_nothing_about_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(quiet=True)
    screen.say("work")
    assert isinstance(screen.progress(), Silent)
    screen.out("result")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("result\n", "")


def test_a_bar_prints_notes_and_goes_away(capsys: pytest.CaptureFixture[str]) -> None:
    progress = BarProgress()
    progress.note("before")
    progress.begin("probing [bold]", 2)
    progress.advance(2, "GET /\x1b")
    progress.note("[red]hm[/red]\x1b")
    progress.end()
    progress.end()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[0] == "before"
    assert "[red]hm[/red]␛" in printed.err
    assert "\x1b" not in printed.err


def test_the_screen_chooses_a_bar_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", _Terminal())
    assert isinstance(Screen().progress(), BarProgress)
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert isinstance(Screen().progress(), LineProgress)
