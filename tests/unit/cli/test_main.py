from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

import apicheck.run
from apicheck.cli import COMMANDS, app, main
from apicheck.cli.results import describe_run
from apicheck.model.errors import Mistake, PolicyError, TargetUnreachable
from apicheck.model.plan import Options
from apicheck.model.results import OperationResult, Results, Standing
from apicheck.model.target import Mode
from apicheck.model.verdict import EXIT_CODES, RunWord
from apicheck.report import render, results_from_json

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, results: Results) -> SimpleNamespace:
    """A run that sends nothing: keeps the configurations it gets and returns its `results`."""
    fake = SimpleNamespace(configs=[], results=results, error=None, leaks=(), code=None)

    def run_pipeline(config: Any, progress: Any = None) -> Any:
        fake.configs.append(config)
        if fake.error:
            raise fake.error
        return SimpleNamespace(
            results=fake.results,
            directory=Path("reports/x"),
            files=(Path("reports/x/results.json"), Path("reports/x/report.html")),
            leaks=fake.leaks,
            exit_code=fake.code or fake.results.word.exit_code,
        )

    monkeypatch.setattr(apicheck.run, "run_pipeline", run_pipeline)
    return fake


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_an_example(command: str, capsys: Captured) -> None:
    assert main([command, "--help"]) == 0
    printed = capsys.readouterr().out
    assert re.search(rf"^  apicheck {command}\b", printed, re.MULTILINE)


def test_help_lists_the_commands_in_the_order_of_first_use(capsys: Captured) -> None:
    assert main(["--help"]) == 0
    listed = re.findall(r"^  ([a-z][a-z-]*)  +[A-Z]", capsys.readouterr().out, re.MULTILINE)
    assert listed == list(COMMANDS)


def test_help_imports_no_library_that_a_run_needs() -> None:
    code = (
        "import sys; from apicheck.cli import main; main(['--help']);"
        "print([m for m in ('httpx', 'hypothesis', 'schemathesis', 'rich', 'jinja2', 'yaml')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("word", list(RunWord))
def test_the_exit_code_follows_the_runs_word(
    line: SimpleNamespace, word: RunWord, capsys: Captured
) -> None:
    changed = replace(line.results.word, word=word, exit_code=EXIT_CODES[word])
    line.results = replace(line.results, word=changed)
    assert main(["run"]) == EXIT_CODES[word]
    assert f"{word.value}: {changed.scope}" in capsys.readouterr().out


def test_a_leak_makes_exit_code_5_and_is_reported(line: SimpleNamespace, capsys: Captured) -> None:
    line.leaks, line.code = ("journal.ndjson: $APICHECK_ADMIN_TOKEN",), 5
    assert main(["run", "-q"]) == 5
    assert "a file of this run contains a secret" in capsys.readouterr().err


def test_the_last_lines_are_word_why_tasks_and_report(
    line: SimpleNamespace, capsys: Captured
) -> None:
    main(["run"])
    printed = capsys.readouterr().out.splitlines()
    word = next(i for i, text in enumerate(printed) if text.startswith("✗ not-conformant: 1 of 9"))
    assert printed[word + 1].strip() == line.results.word.why
    assert "  1. Let unsafe methods be sent  (AUTH-1, AUTH-2)" in printed[word:]
    assert '       mode = "full"' in printed[word:]
    assert printed[-2:] == ["report: reports/x/report.html", "file: reports/x/results.json"]


def test_findings_are_printed_with_expected_actual_and_clauses(
    line: SimpleNamespace, capsys: Captured
) -> None:
    main(["run"])
    printed = capsys.readouterr().out
    assert "critical  auth/missing-credentials: accepted (violation)" in printed
    assert "expected  401\n  actual    201 Created\n  on        createContact (seen 2x)" in printed
    assert "clauses   AUTH-1" in printed


def test_findings_of_one_kind_are_printed_together(results: Results) -> None:
    one = replace(results.findings[0], detail="read", operations=("list",))
    many = [replace(one, id=f"id-{n}", detail=f"write-{n}", curl="") for n in range(12)]
    printed = click.unstyle("\n".join(describe_run(replace(results, findings=(one, *many)), ())))
    assert printed.count(f"{one.check}: {one.outcome}") == 1
    assert "  same for  write-0: list\n            write-1: list\n" in printed
    assert "            and 4 more\n" in printed


def test_each_further_kind_of_finding_gets_one_line(results: Results) -> None:
    one = results.findings[0]
    many = [replace(one, id=f"id-{n}", outcome=f"outcome-{n}") for n in range(12)]
    printed = click.unstyle("\n".join(describe_run(replace(results, findings=tuple(many)), ())))
    last = f"  critical  {one.check}: outcome-10\n  critical  {one.check}: outcome-11\n"
    assert f"… and 2 more kinds of findings in the report:\n{last}" in printed


def test_a_run_without_a_policy_says_that_it_tested_the_built_in_clauses(
    line: SimpleNamespace, capsys: Captured
) -> None:
    main(["run"])
    assert "built-in" not in capsys.readouterr().out
    run = replace(line.results.run, policy="built-in", digests={"policy": "", "openapi": "3f"})
    line.results = replace(line.results, run=run)
    main(["run"])
    assert "the run tested the built-in clause sets" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("finished", "interrupted", "words"),
    [("", "", "the run was killed"), ("2026-11-21T08:00:00Z", "Ctrl-C", "stopped early: Ctrl-C")],
)
def test_an_incomplete_run_says_why_it_ended(
    finished: str, interrupted: str, words: str, results: Results
) -> None:
    run = replace(results.run, finished=finished, interrupted=interrupted)
    assert words in "\n".join(describe_run(replace(results, run=run), ()))


def test_a_run_prints_its_requests_by_operation(results: Results) -> None:
    run = replace(results.run, requests=1050)
    sent = {"getContact": 1000, "hello": 0, "list": 20}
    operations = tuple(
        OperationResult(name, "GET", f"/{name}", Standing.ACCEPTED, 200, requests=count)
        for name, count in sent.items()
    )
    counted = replace(results, run=run, operations=operations)
    printed = click.unstyle("\n".join(describe_run(counted, ())))
    assert "1050 requests, by operation:\n 1000 getContact        20 list" in printed
    assert "   30 (no operation)" in printed
    assert "hello" not in printed


def test_text_of_the_target_cannot_control_the_terminal(
    line: SimpleNamespace, capsys: Captured
) -> None:
    finding = replace(line.results.findings[0], actual="\x1b[2J\x1b]0;x\x07\u202eno\nyes")
    line.results = replace(line.results, findings=(finding,))
    main(["run"])
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert "␛[2J␛]0;x␇⟨U+202E⟩no␤yes" in printed


def test_json_is_the_only_thing_on_stdout(line: SimpleNamespace, capsys: Captured) -> None:
    assert main(["run", "--json"]) == 1
    assert results_from_json(capsys.readouterr().out.encode()) == line.results


def test_options_reach_the_run_configuration(line: SimpleNamespace, tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    certificate.touch()
    words = (
        "run --profile canonical --base-url http://127.0.0.1:1 --header X-Env:staging"
        f" --ca-file {certificate} --select auth --select scopes/denied --ignore errors"
        " --mode read-only --max-requests 10 --max-seconds 2.5 --concurrency 2 --seed 7"
        " --thorough --retries 0 --timeout 3 --allow-incomplete needs-identity,read-only"
        " --reading a --out out --format junit --format html"
    )
    main(words.split())
    (config,) = line.configs
    assert config.options == Options(
        select=("auth/*", "scopes/denied"),
        ignore=("errors/*",),
        mode=Mode.READ_ONLY,
        max_requests=10,
        max_seconds=2.5,
        concurrency=2,
        seed=7,
        thorough=True,
        retries=0,
        timeout_s=3.0,
        allow_incomplete=("needs-identity", "read-only"),
    )
    assert config.overrides == {
        "base_url": "http://127.0.0.1:1",
        "headers.X-Env": "staging",
        "tls.ca_file": str(certificate.resolve()),
    }
    assert (config.profile, config.readings, config.out, config.formats) == (
        "canonical",
        ("a",),
        Path("out"),
        ("junit", "html"),
    )


def test_the_recorded_command_omits_header_values(
    line: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["run", "--header", "X-Key: s3cr3t", "--header=X-B: s3cr3t"]
    monkeypatch.setattr(sys, "argv", ["/usr/bin/apicheck", *words])
    main()
    assert line.configs[0].argv == ("apicheck", "run", "--header", "X-Key: …", "--header=X-B: …")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("frobnicate", "no command 'frobnicate'"),
        ("rum", "Did you mean 'run'?"),
        ("run --select auht", "no check 'auht'; did you mean 'auth'?"),
        ("run --ignore auth/missing-credential", "did you mean 'auth/missing-credentials'?"),
        ("run --mode reckless", "read-only"),
        ("run --max-requests 0", "--max-requests"),
        ("run --allow-incomplete need-identity", "did you mean 'needs-identity'?"),
        ("run --header nonsense", "write it as 'NAME: VALUE'"),
        ("run --policy nowhere.yaml", "nowhere.yaml"),
        ("run --frob", "--frob"),
        (
            "run --profile canonical --base-url http://[::1]:1 --clause AUTH-l",
            "did you mean 'AUTH-",
        ),
        (
            "run --profile canonical --base-url http://[::1]:1 --operation listContact",
            'did you mean "listContacts"?',
        ),
        ("explain auth/mising-credential", "did you mean 'auth/missing-credentials'?"),
        ("checks auht", "did you mean 'auth'?"),
        ("judge nowhere", "nowhere"),
        ("report nowhere --format pdf", "'pdf' is not one of 'html'"),
    ],
)
def test_a_mistake_on_the_command_line_is_named_and_exits_with_2(
    line: SimpleNamespace, words: str, message: str, capsys: Captured
) -> None:
    assert main(words.split()) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""
    assert line.configs == []


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (
            PolicyError("p.yaml cannot be used", (Mistake("p.yaml", 3, "facts", "not a map"),)),
            2,
            "p.yaml:3: facts: not a map",
        ),
        (TargetUnreachable("no response from http://127.0.0.1:1"), 4, "no response from"),
        (KeyboardInterrupt(), 130, "stopped"),
        (RuntimeError("odd"), 2, "this is a bug in apicheck: RuntimeError: odd"),
    ],
)
def test_every_error_ends_in_a_message_and_its_exit_code(
    line: SimpleNamespace, error: BaseException, code: int, message: str, capsys: Captured
) -> None:
    line.error = error
    assert main(["run"]) == code
    printed = capsys.readouterr()
    assert message in printed.err
    assert "Traceback" not in printed.err


def test_verbose_prints_the_traceback_of_a_bug(line: SimpleNamespace, capsys: Captured) -> None:
    line.error = RuntimeError("odd")
    assert main(["run", "-v"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_checks_lists_every_check_and_its_kind(capsys: Captured) -> None:
    assert main(["checks"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^auth/missing-credentials +active ", printed, re.MULTILINE)
    assert re.search(r"^headers/request-id +passive ", printed, re.MULTILINE)


def test_checks_of_a_family_with_the_facts_they_read(capsys: Captured) -> None:
    assert main(["checks", "auth", "--facts"]) == 0
    printed = capsys.readouterr().out
    assert "reads authentication.refusal" in printed
    assert "headers/" not in printed


def test_checks_prints_the_catalogue_as_json(capsys: Captured) -> None:
    assert main(["checks", "--json", "auth"]) == 0
    entries = {item["id"]: item for item in json.loads(capsys.readouterr().out)}
    assert entries["auth/missing-credentials"]["outcomes"] == {
        "accepted": "critical",
        "wrong-status": "medium",
    }


def test_explain_prints_the_page(capsys: Captured) -> None:
    assert main(["explain", "auth/missing-credentials"]) == 0
    assert capsys.readouterr().out.startswith("# auth/missing-credentials\n\n## What it asserts")


def test_profiles_are_listed_with_their_clauses(capsys: Captured) -> None:
    assert main(["profiles"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^canonical +\d+ clauses", printed, re.MULTILINE)
    assert re.search(r"^webengage +\d+ clauses", printed, re.MULTILINE)


@pytest.fixture
def saved(
    monkeypatch: pytest.MonkeyPatch, results: Results, transcripts: Any
) -> Callable[[], None]:
    monkeypatch.setattr(apicheck.run, "judge_saved", lambda *_: results)
    monkeypatch.setattr(apicheck.run, "load_saved", lambda *_: (results, transcripts))
    return lambda: None


def test_judge_prints_the_word_of_a_saved_run(
    saved: object, tmp_path: Path, capsys: Captured
) -> None:
    assert main(["judge", str(tmp_path)]) == 1
    assert "✗ not-conformant" in capsys.readouterr().out


def test_report_writes_a_rendering_and_succeeds_whatever_the_word(
    saved: object, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "junit.xml"
    assert main(["report", str(tmp_path), "--format", "junit", "-o", str(file)]) == 0
    assert file.read_text().startswith("<?xml")
    assert capsys.readouterr().out == ""


def test_report_puts_a_run_beside_earlier_ones_and_prints_as_wanted(
    saved: object, results: Results, tmp_path: Path
) -> None:
    old = replace(results, run=replace(results.run, started="2026-11-20T06:30:00Z"))
    (tmp_path / "old.json").write_bytes(render(old, (), "json"))
    file = tmp_path / "report.html"
    since, full = ["--since", str(tmp_path / "old.json")], ["--print", "full"]
    assert main(["report", str(tmp_path), *since, *full, "-o", str(file)]) == 0
    page = file.read_text()
    assert "Since the run of 2026-11-20 06:30:00 UTC" in page
    assert '<html lang="en" class="full">' in page
    assert main(["report", str(tmp_path), "-o", str(file)]) == 0
    page = file.read_text()
    assert "Since the run of" not in page
    assert '<html lang="en">' in page


def test_an_earlier_run_that_cannot_be_read_is_named(
    saved: object, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "old.json").write_text("{}")
    assert main(["report", str(tmp_path), "--since", str(tmp_path / "old.json")]) == 2
    assert "results.json has schema None" in capsys.readouterr().err


def test_report_says_that_it_cannot_write(saved: object, tmp_path: Path, capsys: Captured) -> None:
    assert main(["report", str(tmp_path), "-o", str(tmp_path / "no" / "x.html")]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_the_documentation_names_every_command_and_only_existing_options() -> None:
    page = (Path(__file__).parents[3] / "docs" / "command-line.md").read_text()
    named = set(re.findall(r"^\| `apicheck ([a-z-]+)", page, re.MULTILINE))
    assert named == set(COMMANDS)
    options = {
        word
        for command in COMMANDS
        for parameter in app.get_command(click.Context(app), command).params
        for word in parameter.opts
    }
    assert set(re.findall(r"--[a-z][a-z-]+", page)) - {"--help"} <= options
