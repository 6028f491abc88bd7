"""What a reader can choose, and which parts of the page it is about."""

from __future__ import annotations

import re

from apicheck.model.results import Results
from apicheck.report.facets import Facets


def read(attributes: str) -> dict[str, str]:
    return dict(re.findall(r'data-f([a-z])="([^"]*)"', attributes))


def test_a_clause_is_about_its_level_actor_checks_and_operations(results: Results) -> None:
    facets = Facets(results)
    (item,) = [one for one in results.clauses if one.clause.id == "HOOK-2"]
    found = read(facets.of_clause(item))
    assert found["v"] == str(facets.verdicts["not-tested"])
    assert found["a"] == str(facets.actors["receiver"])
    assert found["c"] == found["o"] == ""


def test_findings_are_about_what_their_clauses_are(results: Results) -> None:
    facets = Facets(results)
    finding = results.findings[0]
    found = read(facets.of_findings([finding]))
    assert found["v"] == str(facets.verdicts["fail"])
    assert found["c"] == str(facets.checks[finding.check])
    assert found["o"] == " ".join(str(facets.operations[one]) for one in finding.operations)


def test_an_operation_fits_every_level_and_actor(results: Results) -> None:
    found = read(Facets(results).of_operation("listContacts"))
    assert found["l"] == found["a"] == "*"
    assert found["o"] == "0"


def test_numbers_that_follow_each_other_are_a_range(results: Results) -> None:
    facets = Facets(results)
    every = tuple(facets.checks)
    last = len(every) - 1
    assert read(facets._write((), (), every, ()))["c"] == f"0-{last}"
    assert read(facets._write((), (), (every[0], every[2], "unknown"), ()))["c"] == "0 2"
