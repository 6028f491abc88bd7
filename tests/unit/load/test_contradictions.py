"""What the providers' sources contradict themselves about stands on the clause that quotes it.

The table was made from the sources, not from the policies: clause -> words that its contradiction,
or where nothing is contradicted but something is left open its ambiguity, has to have.
"""

from __future__ import annotations

import pytest

from apicheck.cli.provider_page import build_page
from apicheck.load import load_spec, profile_dir
from apicheck.plan.lint import lint
from apicheck.registry import collect
from apicheck.run import measure_coverage
from tests.unit.load.test_published_clauses import loaded

CONTRADICTED = [
    ("webengage", "WE-10-2", ("queued", '"docs"')),
    ("webengage", "WE-9-1", ("seconds", "pattern is in force")),
    ("webengage", "WE-9-2", ("offset", "not the letter")),
    ("webengage", "WE-3-3", ("400", "404", "401")),
    ("webengage", "WE-7-5", ("define", "trigger", "500")),
    ("webengage", "WE-8-3", ("header", "query")),
    ("dahimail", "DM-5-7", ("Retry-After", "429", '"authenticated"')),
    ("dahimail", "DM-6-1", ("422", "400", '"unprocessable"')),
    ("capsule", "CA-02", ("XML", "JSON is in force")),
    ("capsule", "CA-06", ("project/*", "kase/*", "nineteen")),
    ("capsule", "CA-38", ("/oauth/revoke",)),
    ("capsule", "CA-27", ("message", "error")),
    ("emitrr", "EM-4-1", ("403", "429", '"docs"')),
    ("emitrr", "EM-8-1", ("EM-8-2",)),
    ("emitrr", "EM-8-2", ("EM-8-1", "90 days")),
    ("emitrr", "EM-7-2", ("EM-7-1",)),
    ("capengage", "CE-4.2-1", ("HTTPS", "should")),
]
LEFT_OPEN = [
    ("capengage", "CE-2.3-1", "No plan, number, window or header"),
    ("capsule", "CA-08", "status of the 21st"),
    ("capsule", "CA-09", "status for others"),
    ("capsule", "CA-20", "refusals other than 429"),
    ("emitrr", "EM-5-5", "lenient"),
    ("emitrr", "EM-2-1", "status nor header"),
]


@pytest.mark.parametrize(("profile", "clause", "words"), CONTRADICTED)
def test_a_contradiction_stands_on_its_clause_with_what_is_in_force(
    profile: str, clause: str, words: tuple[str, ...]
) -> None:
    said = loaded(profile).clause(clause).contradiction
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize("profile", dict.fromkeys(row[0] for row in CONTRADICTED))
def test_lint_lists_every_contradiction(profile: str) -> None:
    spec = load_spec(profile_dir(profile) / "openapi.yaml")
    listed = {one.about: one.message for one in lint(spec, loaded(profile), {}).of_sources}
    for clause in (row[1] for row in CONTRADICTED if row[0] == profile):
        assert listed[clause] == loaded(profile).clause(clause).contradiction


@pytest.mark.parametrize("profile", dict.fromkeys(row[0] for row in CONTRADICTED))
def test_the_page_of_a_provider_has_a_line_for_every_contradiction(profile: str) -> None:
    page = build_page(measure_coverage(profile, collect(entry_points=False)))
    section = page.partition("## What is contradictory")[2].partition("\n## ")[0]
    for clause in (row[1] for row in CONTRADICTED if row[0] == profile):
        assert f"- **{clause}** " in section


@pytest.mark.parametrize(("profile", "clause", "words"), LEFT_OPEN)
def test_what_a_source_leaves_open_stands_on_its_clause(
    profile: str, clause: str, words: str
) -> None:
    assert words in loaded(profile).clause(clause).ambiguity


@pytest.mark.parametrize("profile", ["dahimail", "emitrr", "webengage"])
def test_every_reading_is_that_of_a_clause_that_names_it(profile: str) -> None:
    policy = loaded(profile)
    named = {
        reading: f"{clause.contradiction} {clause.ambiguity}"
        for clause in policy.clauses
        for reading in clause.readings
    }
    assert set(named) == set(policy.readings)
    for reading in policy.readings:
        said = [
            f"{clause.contradiction} {clause.ambiguity}"
            for clause in policy.clauses
            if reading in clause.readings
        ]
        assert any(reading in words for words in said), reading
