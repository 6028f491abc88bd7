from __future__ import annotations

import json

import pytest

from apicheck.cli.github import annotate, make_harmless
from apicheck.cli.screen import LineProgress, Screen
from apicheck.model.results import Results


@pytest.fixture
def actions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")


@pytest.mark.usefixtures("actions")
def test_findings_are_annotated_in_github_actions(
    results: Results, capsys: pytest.CaptureFixture[str]
) -> None:
    annotate(results)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split()[0] for line in printed.err.splitlines()] == [
        "::error",
        "::warning",
        "::warning",
    ]


def test_nothing_is_annotated_elsewhere(
    results: Results, capsys: pytest.CaptureFixture[str]
) -> None:
    annotate(results)
    assert capsys.readouterr().err == ""
    assert make_harmless("::error::x") == "::error::x"


@pytest.mark.usefixtures("actions")
def test_nothing_that_a_target_sends_is_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    screen = Screen()
    for show in (screen.out, screen.say, screen.complain, LineProgress(sys.stderr).note):
        show("seen\n  ::add-mask::e\n##[group]x")
    printed = capsys.readouterr()
    lines = (printed.out + printed.err).splitlines()
    assert [line for line in lines if line.lstrip().startswith("::") or "##[" in line] == []
    assert len(lines) == 12


@pytest.mark.usefixtures("actions")
def test_json_is_printed_as_the_same_value(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"a": "::error::x ##[error]y"}
    Screen().out(json.dumps(value))
    assert json.loads(capsys.readouterr().out) == value
