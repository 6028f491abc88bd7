"""What a reader can choose, and which parts of the page it is about."""

from __future__ import annotations

import re
from dataclasses import replace

from apicheck.model.results import Results
from apicheck.report.facets import Facets


def read(attributes: str) -> dict[str, str]:
    return dict(re.findall(r'data-f([a-z])="([^"]*)"', attributes))


def test_a_clause_is_about_its_level_actor_checks_and_operations(results: Results) -> None:
    facets = Facets(results)
    found = read(facets.of_clauses("HOOK-2"))
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


def test_what_is_about_several_clauses_is_about_what_each_of_them_is(results: Results) -> None:
    facets = Facets(results)
    found = read(facets.of_clauses("HOOK-2", "HDR-1"))
    levels = {name for name, number in facets.levels.items() if str(number) in found["l"]}
    assert levels == {"must", "should"}
    assert found["c"] == str(facets.checks["headers/request-id"])


def test_a_fact_is_about_the_checks_and_clauses_that_rest_on_it(results: Results) -> None:
    known = {"auth/missing-credentials": {"reads": ["authentication"]}}
    facets = Facets(replace(results, catalogue=known))
    found = read(facets.of_fact("authentication.refusal"))
    assert found["c"] == str(facets.checks["auth/missing-credentials"])
    assert str(facets.verdicts["fail"]) in found["v"].split()
    assert found["o"]
    inner = read(facets.of_fact("rate_limits.general.limit"))
    assert inner["l"] == str(facets.levels["must"])  # RATE-1 names all of rate_limits.general
    assert set(read(facets.of_fact("nothing.like.it")).values()) == {""}


def test_a_probe_is_about_its_check_on_its_subject(results: Results) -> None:
    facets = Facets(results)
    check = "auth/missing-credentials"
    one = next(r for r in results.checks if r.check == check and r.operation)
    found = read(facets.of_probe(f"{check}/{one.subject}/3"))
    assert found["c"] == str(facets.checks[check])
    assert found["o"] == str(facets.operations[one.operation])
    assert found["v"] == str(facets.verdicts[one.verdict.value])


def test_numbers_that_follow_each_other_are_a_range(results: Results) -> None:
    facets = Facets(results)
    every = tuple(facets.checks)
    last = len(every) - 1
    assert read(facets._write((), (), every, ()))["c"] == f"0-{last}"
    assert read(facets._write((), (), (every[0], every[2], "unknown"), ()))["c"] == "0 2"
