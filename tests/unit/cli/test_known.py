"""Baselines and the difference of runs, by the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import apicheck.run
from apicheck.cli import main
from apicheck.load import load_baseline
from apicheck.model.results import Results
from apicheck.model.verdict import Verdict
from apicheck.report import render

TODAY = datetime.now(UTC).date()


@pytest.fixture
def run_dir(tmp_path: Path, results: Results, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of a run that has the specimen's results."""
    judged = replace(results, word=replace(results.word, without_violations=0))
    monkeypatch.setattr(apicheck.run, "judge_saved", lambda *_: judged)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str, Results], str]:
    def write(name: str, results: Results) -> str:
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.json").write_bytes(render(results, (), "json"))
        return str(tmp_path / name)

    return write


def write_baseline(run_dir: Path, *more: str) -> int:
    return main(["baseline", str(run_dir), "--owner", "ada", "--reason", "ORD-1", *more])


def test_a_baseline_makes_known_violations_pass(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert write_baseline(run_dir) == 0
    assert "baseline.yaml: 3 entries, 3 new, 0 removed" in capsys.readouterr().out
    known = ["judge", str(run_dir), "--baseline", "baseline.yaml"]
    assert main(known) == 1
    assert main([*known, "--fail-on", "new"]) == 0
    printed = capsys.readouterr().out
    assert "0 new, 3 known" in printed
    assert "every violation is known: exit code 0, as if there were none" in printed


def test_known_findings_are_left_out_for_code_scanning(
    run_dir: Path, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apicheck.run, "load_saved", lambda *_: (results, ()))
    entry = f"{{fingerprint: f-7d1c, owner: o, reason: r, expires: {TODAY + timedelta(9)}}}"
    (run_dir.parent / "known.yaml").write_text(f"known: [{entry}]")
    command = ["report", str(run_dir), "--format", "sarif", "--baseline", "known.yaml"]
    assert main([*command, "-o", "out.sarif"]) == 0
    (run,) = json.loads((run_dir.parent / "out.sarif").read_text())["runs"]
    left = [one["partialFingerprints"]["apicheck/finding/v1"] for one in run["results"]]
    assert left == ["f-9a02", "f-31bb"]
    assert run["properties"]["clauses"]["AUTH-1"] == "fail"


def test_a_new_violation_still_fails(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run_dir.parent / "empty.yaml").write_text("known: []")
    assert main(["judge", str(run_dir), "--baseline", "empty.yaml", "--fail-on", "new"]) == 1
    line = "new      auth/missing-credentials: accepted (f-7d1c) on createContact"
    assert line in capsys.readouterr().out


def test_an_entry_that_expired_or_matches_nothing_is_said(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = "{fingerprint: %s, finding: 'a/b: c', subjects: [x], owner: o, reason: r, expires: %s}"
    lines = [entry % ("f-7d1c", "2020-01-01"), entry % ("f-0", TODAY)]
    text = "known:\n" + "".join(f"  - {line}\n" for line in lines)
    (run_dir.parent / "old.yaml").write_text(text.replace("[x]", "[createContact]", 1))
    main(["judge", str(run_dir), "--baseline", "old.yaml"])
    printed = capsys.readouterr().out
    assert "expired  old.yaml:2: a/b: c on 2020-01-01; renew it, or mend the finding" in printed
    assert "unseen   old.yaml:3: a/b: c; this run did not find it" in printed


def test_json_on_stdout_stays_json(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_baseline(run_dir)
    capsys.readouterr()
    main(["judge", str(run_dir), "--baseline", "baseline.yaml", "--json"])
    printed = capsys.readouterr()
    assert json.loads(printed.out)["schema"] == "apicheck-results/1"
    assert "0 new, 3 known" in printed.err


def test_a_baseline_is_renewed_and_keeps_its_owners(run_dir: Path) -> None:
    write_baseline(run_dir)
    assert main(["baseline", str(run_dir), "--owner", "bob", "--reason", "ORD-2"]) == 0
    entries = load_baseline(Path("baseline.yaml"), TODAY)
    assert {entry.owner for entry in entries} == {"ada"}
    assert all(timedelta(80) < entry.expires - TODAY < timedelta(100) for entry in entries)


@pytest.mark.parametrize("days", [-2, 190])
def test_a_day_that_is_past_or_too_late_is_refused(run_dir: Path, days: int) -> None:
    assert write_baseline(run_dir, "--expires", str(TODAY + timedelta(days=days))) == 2
    assert write_baseline(run_dir, "--expires", str(TODAY + timedelta(days=170))) == 0


def test_new_needs_something_to_compare_with(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["judge", str(run_dir), "--fail-on", "new"]) == 2
    assert "--fail-on new needs --baseline FILE" in capsys.readouterr().err


def test_a_baseline_with_mistakes_is_refused_before_anything_is_sent(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (run_dir.parent / "bad.yaml").write_text("known:\n  - owner: x\n")
    command = ["run", "--baseline", "bad.yaml", "--base-url", "http://127.0.0.1:9"]
    assert main([*command, "--profile", "canonical"]) == 2
    assert "bad.yaml:2" in capsys.readouterr().err


def test_a_difference_says_what_is_worse(
    results: Results, save: Callable[[str, Results], str], capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = results.findings
    old = save("old", replace(results, findings=tuple(others)))
    unsure = replace(results.checks[0], verdict=Verdict.INCONCLUSIVE, reason="it was 500")
    new = save("new", replace(results, checks=(unsure, *results.checks[1:])))
    assert main(["diff", old, new]) == 1
    printed = capsys.readouterr().out
    assert f"auth/missing-credentials: accepted ({first.id}) on createContact" in printed
    assert "auth/missing-credentials on listContacts (inconclusive: it was 500)" in printed
    assert printed.endswith("1 new, 0 fixed, 0 changed, 0 not seen again, 1 no longer exercised\n")


def test_a_run_and_itself_differ_in_nothing(
    results: Results, save: Callable[[str, Results], str], capsys: pytest.CaptureFixture[str]
) -> None:
    place = save("old", results)
    assert main(["diff", place, f"{place}/results.json", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["difference"]["is_worse"] is False
    assert printed["difference"]["new"] == []
    assert printed["old"] == printed["new"]


def test_what_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text("{}")
    assert main(["diff", str(tmp_path / "x.json"), str(tmp_path / "x.json")]) == 2
    assert "results.json has schema None" in capsys.readouterr().err
    assert main(["diff", str(tmp_path), str(tmp_path)]) == 2
