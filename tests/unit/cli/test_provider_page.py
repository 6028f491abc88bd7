"""The page of a profile: what is promised, how it is tested, and what is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from apicheck.cli import main
from apicheck.cli.provider_page import build_page
from apicheck.model.policy import Clause
from apicheck.run import ClauseCoverage, Coverage, Means
from tests.unit.cli.test_coverage import PROVIDERS, one

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("profile", PROVIDERS)
def test_every_clause_has_its_place_on_the_page(profile: str) -> None:
    page = build_page(one(profile))
    for item in one(profile).clauses:
        assert f"| {item.clause.id} |" in page
        if item.clause.contradiction:
            assert f"- **{item.clause.id}**" in page


def test_a_reading_shows_what_it_changes() -> None:
    page = build_page(one("emitrr"))
    assert "| `lenient` | `transport.plain` | refused | redirected |" in page


def test_the_question_of_an_attestation_is_on_the_page() -> None:
    page = build_page(one("capsule"))
    assert "Are all hooks made by an application that is registered? By which? |" in page


def test_a_quote_cannot_end_its_cell_or_make_markup() -> None:
    hostile = Clause("A-1", quote="a | b\n# c <script> *d* [e](f) `g`", attest="| h |")
    base: Coverage = one("emitrr")
    policy = replace(base.policy, clauses=(hostile,))
    coverage = replace(
        base, policy=policy, clauses=(ClauseCoverage(hostile, Means.ATTESTATION, why="| h |"),)
    )
    (line,) = (row for row in build_page(coverage).splitlines() if row.startswith("| A-1 "))
    assert "a \\| b\u2424# c &lt;script> \\*d\\* \\[e\\](f) \\`g\\`" in line


def test_the_command_writes_a_page_for_each_profile(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "providers"
    told = ["--profile", "emitrr", "--profile", "capsule", "--pages", str(folder)]
    assert main(["profiles", *told]) == 0
    assert sorted(file.name for file in folder.iterdir()) == ["capsule.md", "emitrr.md"]
    assert (folder / "emitrr.md").read_text("utf-8") == build_page(one("emitrr"))


def test_lint_shows_the_contradictions_of_the_sources(capsys: Captured) -> None:
    assert main(["lint", "--profile", "webengage"]) == 0
    said = capsys.readouterr().out
    assert "Contradictions of the sources" in said
    assert "WE-9-2: The pattern beside it has seconds." in said
