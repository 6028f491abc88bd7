"""A run that was killed or interrupted is finished later, and repeats nothing that is over."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from apicheck.cli import main
from apicheck.model.ending import SENTINEL
from apicheck.model.exchange import Exchange, Role
from apicheck.probe import cleanup
from apicheck.probe.journal import Record, read_record
from apicheck.run.hold import hold

Captured = pytest.CaptureFixture[str]
Command = Callable[..., AbstractContextManager[Any]]

WHOLE = ("run", "--spec", "openapi.yaml")
SMALL = (*WHOLE, "--ignore", "errors")
SHARED = ("control/", SENTINEL)
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def read_verdicts(directory: str) -> dict[str, str]:
    clauses = json.loads(Path(directory, "results.json").read_text())["clauses"]
    return {one["id"]: one["verdict"] for one in clauses}


def count_effects(exchanges: Iterable[Exchange], marks: Iterable[str]) -> Counter[str]:
    """Count requests of tables that may have an effect, without what is different in each run."""
    counted: Counter[str] = Counter()
    for one in exchanges:
        if one.request.method in UNSAFE and one.role is Role.TABLE:
            body = (one.request.body or b"").decode("utf-8", "replace")
            text = f"{one.request.method} {one.request.path} {body}"
            for mark in marks:
                text = re.sub(f"{mark}[0-9a-f]{{4}}", "UNIQUE", text)
            counted[re.sub(r"/t\d{5}", "/ID", text)] += 1
    return counted


def find_cut_off(record: Record) -> list[Exchange]:
    """The exchanges of scripts that were not over, or that a signal stopped."""
    over = {
        one.id
        for transcript in record.transcripts
        if transcript.stopped_by is None
        for one in transcript.exchanges
    }
    return [one for one in record.exchanges.values() if one.id not in over]


@pytest.mark.parametrize(
    ("number", "wanted", "line"),
    [
        (signal.SIGKILL, 2, SMALL),
        *(
            pytest.param(number, wanted, line, marks=pytest.mark.long)
            for number in (signal.SIGKILL, signal.SIGTERM)
            for wanted, line in ((1, SMALL), (3, SMALL), (5, WHOLE), (7, WHOLE), (9, WHOLE))
        ),
    ],
)
def test_a_run_is_finished_as_if_nothing_had_ended_it(
    *,
    number: int,
    wanted: int,
    line: tuple[str, ...],
    things: Any,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: Captured,
) -> None:
    monkeypatch.chdir(tmp_path)
    things.pause_s, things.wanted = 0.005, wanted
    with command(things, *line, "--out", "run") as process:
        assert things.busy.wait(60)
        process.popen.send_signal(number)
        process.finish()
        before = read_record(Path("run/journal.ndjson"))
        main(["judge", "run"])
        assert "apicheck run --resume run finishes it" in capsys.readouterr().out

        code = main(["run", "--resume", "run"])
        out = capsys.readouterr().out
        assert len(things.held) <= out.count("created, if anything")
        main([*line, "--out", "whole"])
        capsys.readouterr()
    assert code == 0, out
    results = json.loads(Path("run/results.json").read_text())
    assert read_verdicts("run") == read_verdicts("whole")
    assert results["run"]["interrupted"] == ""
    assert results["run"]["finished"] >= results["run"]["resumed"][0]["at"]
    assert "probes were over, and not played again" in out
    assert "The run was resumed at" in Path("run/report.html").read_text()
    main(["judge", "run", "--json"])
    assert json.loads(capsys.readouterr().out) == results
    assert main(["verify", "run"]) == 0

    record, whole = (read_record(Path(one, "journal.ndjson")) for one in ("run", "whole"))
    over = [one.probe for one in before.transcripts if one.stopped_by is None]
    twice = Counter((one.probe, one.attempt) for one in record.transcripts) - Counter(
        {(one.probe, one.attempt): 1 for one in record.transcripts}
    )
    assert not {probe for probe, _ in twice if probe in over and not probe.startswith(SHARED)}
    marks = (*record.marks, *whole.marks)
    sent = count_effects(record.exchanges.values(), marks)
    sent -= count_effects(find_cut_off(before), marks)
    assert not sent - count_effects(whole.exchanges.values(), marks)


@pytest.fixture(scope="module")
def kept() -> list[Path]:
    """The directory of a run that is over, once there is one."""
    return []


@pytest.fixture
def ended(
    kept: list[Path], things: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A run that is over, on a server that is gone."""
    monkeypatch.setenv("THINGS_TOKEN", things.token)
    if not kept:
        kept.append(run(things.document, things, target=things.target).directory)
    monkeypatch.chdir(kept[0].parent)
    return Path(shutil.copytree(kept[0], tmp_path / "ended"))


def change_plan(directory: Path, change: Callable[[Any], object]) -> None:
    """Make a run one that was killed, and change what its plan says."""
    plan = json.loads((directory / "plan.json").read_text())
    plan["provenance"]["finished"] = ""
    change(plan)
    (directory / "plan.json").write_text(json.dumps(plan))
    (directory / "manifest.json").unlink()


def set_version(plan: Any) -> None:
    plan["provenance"]["versions"]["apicheck"] = "0.0.1"
    plan["provenance"]["tool"] = "apicheck 0.0.1"


CHANGES: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "another version": (set_version, "is of apicheck 0.0.1"),
    "another plan": (lambda plan: plan["probes"].pop(), "the checks of"),
    "a signed run": (
        lambda plan: plan["provenance"].update(signing_key="ab" * 32),
        "give it with --sign-key",
    ),
    "another target": (
        lambda plan: plan["target"].update(base_url="http://127.0.0.1:1"),
        "give the options of the run",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_run_that_would_become_another_one_is_not_resumed(
    name: str, ended: Path, capsys: Captured
) -> None:
    change, words = CHANGES[name]
    change_plan(ended, change)
    journal = (ended / "journal.ndjson").read_bytes()
    assert main(["run", "--resume", str(ended)]) == 2
    assert words in capsys.readouterr().err
    assert (ended / "journal.ndjson").read_bytes() == journal


def test_a_run_that_is_over_is_not_resumed(ended: Path, capsys: Captured) -> None:
    assert main(["run", "--resume", str(ended)]) == 2
    assert "is over: `apicheck judge" in capsys.readouterr().err


def test_a_run_whose_journal_was_changed_is_not_resumed(ended: Path, capsys: Captured) -> None:
    with (ended / "journal.ndjson").open("a") as journal:
        journal.write("\n")
    assert main(["run", "--resume", str(ended)]) == 2
    assert "apicheck clean --allow-modified" in capsys.readouterr().err


def test_a_run_that_is_still_going_on_is_not_resumed(ended: Path, capsys: Captured) -> None:
    with hold(ended):
        assert main(["run", "--resume", str(ended)]) == 2
    assert "still going on" in capsys.readouterr().err


def test_a_run_is_resumed_with_its_own_options(ended: Path, capsys: Captured) -> None:
    assert main(["run", "--resume", str(ended), "--select", "auth"]) == 2
    assert "--resume takes --select from" in capsys.readouterr().err


def test_a_run_needs_its_secrets_to_be_resumed(
    ended: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THINGS_TOKEN")
    change_plan(ended, lambda _: None)
    assert main(["run", "--resume", str(ended)]) == 2
    assert "THINGS_TOKEN" in capsys.readouterr().err


def test_a_target_that_is_gone_leaves_the_run_to_be_resumed_later(
    ended: Path, capsys: Captured
) -> None:
    change_plan(ended, lambda _: None)
    assert main(["run", "--resume", str(ended)]) == 4
    said = capsys.readouterr().err
    assert "refused" in said
    assert json.loads((ended / "results.json").read_text())["run"]["interrupted"]
    assert main(["run", "--resume", str(ended)]) == 4
    assert len(json.loads((ended / "results.json").read_text())["run"]["resumed"]) == 2


QUOTING = """
policy: quoting
sources: {policy: {file: words.md, grade: S}}
clauses:
  REFUSED: {quote: Bad credentials are refused, title: Refusals, checks: auth/missing-credentials}
facts:
  authentication: {refusal: 401}
"""
CREATED = {
    "id": "e900",
    "role": "setup",
    "observations": [],
    "direction": "out",
    "sent_at": 1.0,
    "received_at": 2.0,
    "request": {
        "method": "POST",
        "path": "/things",
        "query": [],
        "headers": [],
        "credentials": [],
        "body": "{}",
        "operation": "createThing",
        "identity": "",
        "caller": "anonymous",
    },
    "response": {
        "status": 201,
        "reason": "",
        "headers": [["Content-Type", "application/json"]],
        "body": '{"id": "t00099"}',
        "truncated": False,
    },
    "error": None,
    "raw": None,
}


@pytest.mark.parametrize("again", [("clean",), ("run", "--resume")])
def test_a_saved_run_needs_no_source_that_its_policy_quotes(
    again: tuple[str, ...],
    things: Any,
    run: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cleanup, "_PAUSES_S", (0.0,))
    monkeypatch.setenv("THINGS_TOKEN", things.token)
    (tmp_path / "words.md").write_text("Bad credentials are refused.")
    ended = run(things.document, things, target=things.target, policy=QUOTING).directory
    change_plan(ended, lambda _: None)
    with (ended / "journal.ndjson").open("a") as journal:
        journal.write(json.dumps({"exchange": CREATED}) + "\n")
    assert main([*again, str(ended)]) in (3, 4)  # the server is gone
    assert "words.md" not in capsys.readouterr().err
