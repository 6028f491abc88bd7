"""serve, demo and prove: the commands that start the reference server."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import apicheck.run
from apicheck.cli import main
from apicheck.cli.prove import lines
from apicheck.model.results import Results
from apicheck.model.verdict import EXIT_CODES, RunWord
from apicheck.run import Proof, ProofRow

Captured = pytest.CaptureFixture[str]

STARTED = {"base_url": "http://127.0.0.1:8001", "control_url": "http://127.0.0.1:8002"}


@pytest.fixture
def server_says(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replace the server by a process that prints one line and ends."""

    def says(line: str, code: int = 0) -> None:
        program = f"import sys; print({line!r}, flush=True); sys.exit({code})"

        def command(*_: object, **__: object) -> list[str]:
            return [sys.executable, "-c", program]

        monkeypatch.setattr(apicheck.run, "build_server_command", command)

    return says


def test_serve_says_where_the_api_is_and_what_to_try(server_says: Any, capsys: Captured) -> None:
    entries = {"tls": "https://127.0.0.1:8003", "plain": "http://127.0.0.1:8004"}
    server_says(json.dumps({**STARTED, "entries": entries, "target": "apicheck.toml"}))
    assert main(["serve", "--write-target", "apicheck.toml"]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "API      http://127.0.0.1:8001",
        "control  http://127.0.0.1:8002",
        "tls      https://127.0.0.1:8003",
        "plain    http://127.0.0.1:8004",
        "target   apicheck.toml",
    ]
    assert "try: apicheck run --profile canonical --target apicheck.toml" in printed.err


def test_serve_says_that_the_server_did_not_start(server_says: Any, capsys: Captured) -> None:
    server_says("no such fault", code=2)
    assert main(["serve"]) == 4
    assert "did not start" in capsys.readouterr().err


def test_serve_says_that_the_server_ended(server_says: Any, capsys: Captured) -> None:
    server_says(json.dumps(STARTED), code=3)
    assert main(["serve"]) == 4
    assert "ended with code 3" in capsys.readouterr().err


def test_serve_of_an_unknown_profile_names_those_that_exist(capsys: Captured) -> None:
    assert main(["serve", "--profile", "canonicle"]) == 2
    assert "canonical" in capsys.readouterr().err


@pytest.mark.parametrize("word", list(RunWord))
def test_a_demo_fails_only_when_a_clause_fails(
    word: RunWord, monkeypatch: pytest.MonkeyPatch, results: Results, capsys: Captured
) -> None:
    started = []

    @contextmanager
    def reference_server(folder: Path, **more: object) -> Iterator[SimpleNamespace]:
        started.append((folder.name, more))
        yield SimpleNamespace(target_file=Path("apicheck.toml"))

    changed = replace(results, word=replace(results.word, word=word, exit_code=EXIT_CODES[word]))
    files = (Path("reports/x/results.json"), Path("reports/x/report.html"))
    outcome = SimpleNamespace(results=changed, files=files, leaks=(), exit_code=EXIT_CODES[word])
    monkeypatch.setattr(apicheck.run, "reference_server", reference_server)
    monkeypatch.setattr(apicheck.run, "run_pipeline", lambda *_: outcome)
    code = main(["demo", "--fault", "auth/skips-authentication"])
    assert started == [
        ("canonical", {"faults": ("auth/skips-authentication",), "seed": 1, "lowers_limits": True})
    ]
    fails = word in (RunWord.NOT_CONFORMANT, RunWord.INVALID)
    assert code == (EXIT_CODES[word] if fails else 0)
    printed = capsys.readouterr()
    assert "report: reports/x/report.html" in printed.out
    assert "apicheck prove" in printed.err


PAIR = ("auth/missing-credentials", "accepted")
CAUGHT = ProofRow("auth/skips-authentication", "", (PAIR,), applicable=True, caught=(PAIR,))
SURVIVED = ProofRow("auth/compares-prefix", "", (PAIR,), applicable=True)
ELSEWHERE = ProofRow("webhooks/unsigned", "", (PAIR,), applicable=False)
NOISY = replace(
    CAUGHT,
    fault="x/noisy",
    unrelated=(
        ("errors/envelope", "a", "schema-mismatch"),
        ("errors/envelope", "b", "schema-mismatch"),
    ),
    why=("expected a Problem, came a page", "expected a Problem, came a text"),
)


def _proof(*rows: ProofRow) -> Proof:
    return Proof("canonical", rows, (), 3.0, 120)


def test_a_proof_that_holds_is_exit_code_0(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(apicheck.run, "prove", lambda *_, **__: _proof(CAUGHT, ELSEWHERE))
    assert main(["prove"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("✓ proven: 1 of 1 faults caught on canonical; 0 survived")
    assert "1 not applicable; honest server clean; 120 requests in 3 s" in last


@pytest.mark.parametrize("row", [SURVIVED, NOISY])
def test_a_survivor_or_an_unrelated_failure_is_exit_code_1(
    row: ProofRow, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(apicheck.run, "prove", lambda *_, **__: _proof(CAUGHT, row))
    assert main(["prove", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["holds"] is False


def test_the_table_of_a_proof_names_what_is_wrong() -> None:
    proof = replace(
        _proof(SURVIVED, NOISY),
        honest_failures=(("auth/challenge", "getContact", "absent"),),
        unproven=(("auth/challenge", "auth/omits-challenge"),),
    )
    said = "\n".join(lines(proof))
    assert "SURVIVED" in said
    (unrelated,) = (line for line in said.splitlines() if "unrelated: " in line)
    assert "errors/envelope on a and 1 more ended in schema-mismatch" in unrelated
    assert "apicheck prove --profile canonical --fault x/noisy --record" in said
    assert "the honest server: auth/challenge on getContact ended in absent" in said
    assert "auth/challenge names the fault auth/omits-challenge" in said


def test_a_page_says_which_check_caught_which_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    both = replace(
        CAUGHT,
        about="Asks <nobody> | for a token.",
        collateral=(("c/d", "x", "y"), ("c/d", "z", "y")),
        unseen=("a/b",),
    )
    monkeypatch.setattr(apicheck.run, "prove", lambda *_, **__: _proof(both, SURVIVED, ELSEWHERE))
    page = tmp_path / "proof.md"
    assert main(["prove", "--profile", "canonical", "--table", str(page)]) == 1
    said = page.read_text().splitlines()
    assert "| [canonical](#canonical) | 2 | 1 | 1 | 0 | clean |" in said
    assert (
        "| `auth/skips-authentication`: Asks &lt;nobody> \\| for a token."
        " | `auth/missing-credentials` accepted | `a/b`, `c/d` |" in said
    )
    assert "| `auth/compares-prefix`:  | SURVIVED |  |" in said
    assert said[-1].endswith("need: `webhooks/unsigned`")


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file of the recorded collateral, in a profile of the test's own."""
    monkeypatch.setattr("apicheck.run.collateral.profile_dir", lambda _: tmp_path)
    return tmp_path / "collateral.json"


def test_recording_what_failed_makes_the_proof_hold_and_says_what_is_new(
    record: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    record.write_text('{"x/other": ["a/b"], "x/noisy": ["a/b"]}')
    monkeypatch.setattr(apicheck.run, "prove", lambda *_, **__: _proof(CAUGHT, NOISY))
    assert main(["prove", "--fault", "x/noisy", "--record"]) == 0
    said = capsys.readouterr()
    assert "recorded with x/noisy: errors/envelope" in said.err
    assert "unrelated: " not in said.out
    assert record.read_text() == ('{\n "x/noisy": ["errors/envelope"],\n "x/other": ["a/b"]\n}\n')
    caught = json.loads((record.parent / "caught.json").read_text())
    assert caught[CAUGHT.fault] == [f"{check}#{outcome}" for check, outcome in CAUGHT.caught]


def test_a_whole_proof_leaves_nothing_in_the_record_that_it_did_not_see(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.write_text('{"x/gone": ["a/b"], "x/noisy": ["a/b"]}')
    whole = replace(_proof(CAUGHT, NOISY), whole=True)
    monkeypatch.setattr(apicheck.run, "prove", lambda *_, **__: whole)
    assert main(["prove", "--record"]) == 0
    assert json.loads(record.read_text()) == {"x/noisy": ["errors/envelope"]}


def test_the_record_of_a_check_tried_alone_leaves_the_other_checks_as_they_were(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.write_text('{"x/noisy": ["auth/order", "errors/members"]}')
    caught = record.parent / "caught.json"
    caught.write_text('{"x/noisy": ["auth/order#wrong-order", "errors/members#differ"]}')
    tried = replace(_proof(NOISY), checks=("errors/envelope", "errors/members"))
    monkeypatch.setattr(apicheck.run, "prove", lambda *_, **__: tried)
    options = ("--check", "errors/envelope", "--check", "errors/members")
    assert main(["prove", *options, "--record"]) == 0
    assert json.loads(record.read_text()) == {"x/noisy": ["auth/order", "errors/envelope"]}
    kept = json.loads(caught.read_text())["x/noisy"]
    assert "auth/order#wrong-order" in kept
    assert "errors/members#differ" not in kept


def test_recorded_collateral_that_was_not_seen_is_mentioned_and_is_no_failure() -> None:
    proof = _proof(replace(CAUGHT, unseen=("auth/order",)))
    assert proof.holds
    assert "(recorded, not seen: auth/order)" in "\n".join(lines(proof))


def test_of_a_check_tried_alone_only_the_faults_are_shown_that_say_something_of_it() -> None:
    silent = replace(CAUGHT, fault="x/silent", expected=(), caught=())
    also = replace(NOISY, fault="x/also", expected=(), caught=())
    proof = replace(_proof(CAUGHT, silent, also, ELSEWHERE), checks=("auth/missing-credentials",))
    said = "\n".join(lines(proof))
    assert proof.survivors == ()
    assert "1 of 1 faults caught" in said
    (line,) = (line for line in said.splitlines() if "x/also" in line and "--record" not in line)
    assert "also fails" in line
    assert "x/silent" not in said
    assert ELSEWHERE.fault not in said
    assert not proof.holds


def test_a_check_that_has_nothing_to_ask_on_a_profile_is_not_proven() -> None:
    proof = replace(_proof(), checks=("a/b",), silent=(("a/b", "the policy says nothing"),))
    assert not proof.holds
    said = "\n".join(lines(proof))
    assert "a/b has nothing to test on canonical: the policy says nothing" in said


def test_a_check_that_does_not_exist_is_a_mistake_that_names_the_nearest(
    capsys: Captured,
) -> None:
    assert main(["prove", "--check", "auth/missing-credential"]) == 2
    assert "did you mean 'auth/missing-credentials'?" in capsys.readouterr().err
