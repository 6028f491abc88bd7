"""Run directories that were changed or damaged, and those of odd names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from apicheck.cli import main

Captured = pytest.CaptureFixture[str]
Command = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def saved(things: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small run."""
    monkeypatch.setenv("THINGS_TOKEN", things.token)
    outcome = run(things.document, things, target=things.target, select=("conformance/*",))
    directory = outcome.directory
    assert isinstance(directory, Path)
    return directory


def test_verify_says_that_nothing_was_changed(saved: Path, capsys: Captured) -> None:
    assert main(["verify", str(saved)]) == 0
    said = capsys.readouterr().out
    assert "every file of the run is as the run wrote it" in said
    assert "sha256 of the manifest: " in said


@pytest.mark.parametrize("name", ["plan.json", "openapi.yaml", "journal.ndjson"])
@pytest.mark.parametrize("command", ["judge", "report", "clean"])
def test_a_run_that_was_changed_is_judged_only_where_that_is_allowed(
    name: str, command: str, saved: Path, capsys: Captured
) -> None:
    with (saved / name).open("ab") as file:
        file.write(b"\n")
    assert main([command, str(saved)]) == 2
    assert f"{name} was changed" in capsys.readouterr().err
    assert main(["verify", str(saved)]) == 1
    assert f"{name} was changed" in capsys.readouterr().out
    if name != "journal.ndjson":
        assert main([command, str(saved), "--allow-modified"]) != 2
        assert f"{name} was changed after the run" in capsys.readouterr().err


def test_a_run_without_its_journal_is_refused(saved: Path, capsys: Captured) -> None:
    (saved / "journal.ndjson").unlink()
    assert main(["judge", str(saved)]) == 2
    assert "journal.ndjson is missing" in capsys.readouterr().err


def test_a_changed_report_is_named_and_hinders_nothing(saved: Path, capsys: Captured) -> None:
    (saved / "report.html").write_text("forged")
    (saved / "notes.txt").write_text("mine")
    code = json.loads((saved / "results.json").read_text())["verdict"]["exit_code"]
    assert main(["judge", str(saved)]) == code
    assert "report.html was changed after the run" in capsys.readouterr().err
    assert main(["verify", str(saved)]) == 1
    assert "notes.txt came later" in capsys.readouterr().out


def test_a_run_without_a_manifest_cannot_be_verified(saved: Path, capsys: Captured) -> None:
    (saved / "manifest.json").unlink()
    assert main(["verify", str(saved)]) == 2
    assert "has no manifest.json" in capsys.readouterr().err


DAMAGES = {
    "null": b"null",
    "a list": b"[]",
    "a number": b"3",
    "empty": b"",
    "no text": b"\xff\xfe",
    "nested": b"[" * 100_000,
    "another schema": b'{"schema": "x"}',
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["plan.json", "manifest.json", "journal.ndjson"])
def test_a_damaged_file_gets_a_sentence(
    damage: str, name: str, saved: Path, capsys: Captured
) -> None:
    if name != "manifest.json":
        (saved / "manifest.json").unlink()
    (saved / name).write_bytes(DAMAGES[damage] + b"\n")
    for command in ("judge", "report", "clean"):
        code = main([command, str(saved)])
        said = capsys.readouterr().err
        assert code == 2, said
        assert is_a_sentence(said), said
        assert name in said


WRONG = (None, 3, "x", [], {}, [3], {"a": 3}, [[]], {"a": {"b": None}})


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_member_of_the_plan_that_is_of_another_type_gets_a_sentence(
    wrong: Any, saved: Path, capsys: Captured
) -> None:
    (saved / "manifest.json").unlink()
    content = json.loads((saved / "plan.json").read_text())
    for name in content:
        (saved / "plan.json").write_text(json.dumps({**content, name: wrong}))
        code = main(["judge", str(saved)])
        said = capsys.readouterr().err
        assert code != 2 or is_a_sentence(said), (name, said)
        without = {key: value for key, value in content.items() if key != name}
        (saved / "plan.json").write_text(json.dumps(without))
        assert main(["judge", str(saved)]) == 2
        assert is_a_sentence(capsys.readouterr().err), name


@pytest.mark.parametrize("wrong", [None, "x", [], {}, [3], -1], ids=repr)
def test_a_member_of_an_exchange_that_is_of_another_type_gets_a_sentence(
    wrong: Any, saved: Path, capsys: Captured
) -> None:
    (saved / "manifest.json").unlink()
    lines = (saved / "journal.ndjson").read_text().splitlines()
    control = next(line for line in lines if line.startswith('{"probe":"control/createThing"'))
    exchanges = json.loads(control)["exchanges"]
    at, exchange = next(
        (i, found["exchange"])
        for i, found in enumerate(map(json.loads, lines))
        if found.get("exchange", {}).get("id") == exchanges[-1]
    )
    for part in ({}, exchange["request"], exchange["response"]):
        for name in part or exchange:
            changed = json.loads(json.dumps(exchange))
            inner = changed
            if part:
                inner = changed["request" if part is exchange["request"] else "response"]
            inner[name] = wrong
            lines[at] = json.dumps({"exchange": changed})
            (saved / "journal.ndjson").write_text("\n".join(lines) + "\n")
            code = main(["judge", str(saved)])
            said = capsys.readouterr().err
            assert code != 2 or is_a_sentence(said), (name, said)


def is_a_sentence(said: str) -> bool:
    words = ("bug", "Traceback", "Error(", "object", "NoneType", "<", "'int'", "'str'", "'dict'")
    return said.startswith("apicheck: ") and not any(word in said for word in words)


def test_a_run_can_be_anywhere(things: Any, command: Command, tmp_path: Path) -> None:
    """In a directory of which the name is no text."""
    odd = os.fsdecode(b"run-\xff")
    with command(things, "run", "--spec", "openapi.yaml", "--out", odd) as process:
        ended = process.finish()
    assert ended.code in (0, 1, 3), ended.err
    judged = subprocess.run(
        [sys.executable, "-m", "apicheck", "judge", odd],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert judged.returncode == ended.code, judged.stderr
