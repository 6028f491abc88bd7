"""How each clause of the profiles is tested: `apicheck profiles --coverage`, and its page."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from apicheck.cli import coverage_page, main
from apicheck.load import profile_names
from apicheck.registry import collect
from apicheck.run import Coverage, Means, measure_coverage, read_caught

Captured = pytest.CaptureFixture[str]
PROVIDERS = ("capengage", "capsule", "dahimail", "emitrr", "webengage")
PUBLISHED: Mapping[str, Mapping[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "fixtures/published_clauses.json").read_text("utf-8")
)
BOUND = {"provider", "provider-process"}


@cache
def measured() -> Sequence[Coverage]:
    checks = collect(entry_points=False)
    return [measure_coverage(name, checks) for name in profile_names()]


def one(profile: str) -> Coverage:
    return next(coverage for coverage in measured() if coverage.profile == profile)


def test_a_clause_shows_its_checks_and_the_faults_that_they_caught() -> None:
    (clause,) = (item for item in one("canonical").clauses if item.clause.id == "AUTH-2")
    assert clause.means is Means.CHECK
    assert "auth/missing-credentials" in clause.checks
    assert clause.faults is not None
    assert "auth/skips-authentication" in clause.faults["auth/missing-credentials"]
    assert "auth/skips-authentication" in clause.caught
    assert clause.explanation == ""


def test_a_clause_that_takes_one_outcome_shows_the_faults_of_that_outcome_alone() -> None:
    taken = {
        check: faults
        for item in one("canonical").clauses
        for check, faults in (item.faults or {}).items()
        if "#" in check
    }
    recorded = read_caught("canonical")
    assert "versioning/compatible#incompatible" in taken
    for check, faults in taken.items():
        assert set(faults) == {fault for fault, caught in recorded.items() if check in caught}


@pytest.mark.parametrize(
    ("profile", "clause", "means", "why"),
    [
        (
            "webengage",
            "WE-6-6",
            Means.ATTESTATION,
            (
                "The page names no host for them, so that there is none to find in the document."
                " Are the calls known that go to another host than the rest? Which page says so?"
            ),
        ),
        (
            "emitrr",
            "EM-3-2",
            Means.ATTESTATION,
            (
                "It binds the partner's organisation."
                " Is none of your products in competition with Emitrr? Who compared them?"
            ),
        ),
        (
            "capsule",
            "CA-29",
            Means.SANDBOX,
            "It binds the partner's client, which only a sandbox can watch, and there is none yet.",
        ),
        ("webengage", "WE-11-8", Means.INFORMATIVE, "It demands nothing."),
    ],
)
def test_a_clause_without_a_check_says_why(
    profile: str, clause: str, means: Means, why: str
) -> None:
    (found,) = (item for item in one(profile).clauses if item.clause.id == clause)
    assert (found.means, found.checks, found.caught) == (means, (), ())
    assert found.explanation == why


def test_the_only_clauses_that_are_open_are_of_servers_and_receivers() -> None:
    """Whoever adds a clause says what becomes of it."""
    for coverage in measured():
        for item in coverage.clauses:
            if item.means is Means.OPEN:
                assert {"provider", "receiver"} & {*item.clause.actors}, item.clause.id


@pytest.mark.parametrize("profile", PROVIDERS)
def test_what_a_machine_can_judge_is_judged_or_says_why_it_is_not(profile: str) -> None:
    """A clause has a verdict in a run of the API or of a receiver, whoever else attests it."""
    promised = {
        clause
        for clause, published in PUBLISHED[profile].items()
        if "lint" in published["means"]
        or ("server" in published["means"] and BOUND.intersection(published["binds"]))
        or ("receiver" in published["means"] and "receiver" in published["binds"])
    }
    found = {item.clause.id: item for item in one(profile).clauses if item.clause.id in promised}
    assert found.keys() == promised
    judged = (Means.CHECK, Means.RECEIVER)
    silent = {name for name, item in found.items() if item.means not in judged}
    assert {name for name in silent if not found[name].clause.untested} == set()


def test_the_clauses_that_a_machine_could_judge_and_does_not_are_known() -> None:
    """Whoever adds one convinces a reviewer of its reason."""
    excused = {
        item.clause.id for coverage in measured() for item in coverage.clauses
        if item.clause.untested and not item.checks
    }  # fmt: skip
    assert excused == {"CA-17", "DM-15-1", "EM-4-2", "WE-1-5", "WE-2-4", "WE-5-1", "WE-6-6"}


@pytest.mark.parametrize("profile", PROVIDERS)
def test_each_clause_of_a_provider_that_is_tested_failed_with_a_recorded_fault(
    profile: str,
) -> None:
    tested = [item for item in one(profile).clauses if item.means is Means.CHECK]
    assert tested
    assert [item.clause.id for item in tested if not item.broken_by] == []


@pytest.mark.parametrize(
    "build", [coverage_page.build_text, coverage_page.build_markdown, coverage_page.build_csv]
)
def test_every_clause_stands_in_every_form(build: Callable[[Sequence[Coverage]], str]) -> None:
    text = build(measured())
    for coverage in measured():
        for item in coverage.clauses:
            assert item.clause.id in text


def test_the_csv_is_read_again_with_what_was_measured() -> None:
    rows = list(csv.DictReader(io.StringIO(coverage_page.build_csv(measured()), newline="")))
    every = [item for coverage in measured() for item in coverage.clauses]
    assert [row["clause"] for row in rows] == [item.clause.id for item in every]
    assert [row["faults"].split() for row in rows] == [list(item.caught) for item in every]


def test_the_command_prints_json_of_one_profile(capsys: Captured) -> None:
    assert main(["profiles", "--coverage", "--profile", "emitrr", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["profile"] for row in rows} == {"emitrr"}
    assert len(rows) == len(one("emitrr").clauses)


def test_the_command_says_how_many_clauses_of_the_five_providers_are_placed(
    capsys: Captured,
) -> None:
    named = [word for profile in PROVIDERS for word in ("--profile", profile)]
    assert main(["profiles", "--coverage", *named]) == 0
    assert capsys.readouterr().out.rstrip().endswith(" of 246")


def test_a_form_without_coverage_is_wrong_usage(capsys: Captured) -> None:
    assert main(["profiles", "--format", "json"]) == 2
    assert "--coverage" in capsys.readouterr().err


def test_an_unknown_profile_is_a_mistake_that_names_the_nearest(capsys: Captured) -> None:
    assert main(["profiles", "--profile", "capsul"]) == 2
    assert "capsule" in capsys.readouterr().err
