from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from apicheck.model.errors import RunDirectoryError
from apicheck.model.facts import Selector
from apicheck.model.results import Results, RowResult
from apicheck.model.verdict import Severity, Verdict
from apicheck.model.waiver import Waiver
from apicheck.report import render, results_from_json
from apicheck.report.results_json import load_schema


def test_results_survive_a_round_trip(results: Results) -> None:
    assert results_from_json(render(results, (), "json")) == results


def test_the_specimen_has_every_verdict(
    results: Results,
) -> None:
    assert {item.verdict for item in results.clauses} == set(Verdict)


def test_results_follow_the_published_schema(results: Results) -> None:
    published = load_schema()
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.Draft202012Validator(published).validate(json.loads(render(results, (), "json")))


def test_the_published_schema_refuses_a_verdict_that_does_not_exist(results: Results) -> None:
    document = json.loads(render(results, (), "json"))
    document["clauses"][0]["verdict"] = "conform"
    with pytest.raises(jsonschema.ValidationError, match="conform"):
        jsonschema.Draft202012Validator(load_schema()).validate(document)


def test_equal_results_give_equal_bytes(results: Results) -> None:
    assert render(results, (), "json") == render(replace(results), (), "json")


def test_the_rows_of_a_check_survive(results: Results) -> None:
    row = RowResult("body-byte", "a bit is changed", Verdict.PASS, "e1")
    first, *others = results.checks
    written = render(replace(results, checks=(replace(first, rows=(row,)), *others)), (), "json")
    assert results_from_json(written).checks[0].rows == (row,)
    jsonschema.Draft202012Validator(load_schema()).validate(json.loads(written))


def test_a_severity_is_written_as_a_word(results: Results) -> None:
    document = json.loads(render(results, (), "json"))
    assert {item["severity"] for item in document["findings"]} == {"critical", "high", "low"}
    assert list(document["summary"]["findings"]) == ["critical", "high", "low"]
    assert results_from_json(render(results, (), "json")).findings[0].severity is Severity.CRITICAL


def test_a_clause_names_the_verdict_and_outcome_of_each_of_its_checks(results: Results) -> None:
    document = json.loads(render(results, (), "json"))
    clause = next(item for item in document["clauses"] if item["id"] == "AUTH-1")
    assert [(c["subject"], c["verdict"], c["outcome"]) for c in clause["checks"]] == [
        ("listContacts", "pass", None),
        ("createContact", "fail", "accepted"),
        ("deleteContact", "not-tested", None),
        ("listContacts", "inconclusive", None),
    ]


def test_a_waiver_survives(results: Results) -> None:
    waiver = Waiver("later", "Ada", "2026-11-02", "2027-01-31", ops=Selector(("getA",)))
    first, *others = results.clauses
    waived = replace(results, clauses=(replace(first, waiver=waiver, waived=True), *others))
    data = render(waived, (), "json")
    assert results_from_json(data) == waived
    jsonschema.Draft202012Validator(load_schema()).validate(json.loads(data))


def test_a_lone_surrogate_from_the_target_survives(results: Results) -> None:
    hostile = replace(results, leftovers=("\ud800 and \U0001f600",))
    data = render(hostile, (), "json")
    assert data.decode("utf-8")
    assert results_from_json(data) == hostile


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"[]", "schema None"),
        (b'{"schema": "apicheck-results/2"}', "apicheck-results/2"),
        (b'{"schema": "apicheck-results/1"}', "does not follow"),
        (b'{"schema": "apicheck-results/1", "run": 3, "verdict": []}', "does not follow"),
    ],
)
def test_a_file_that_holds_no_results_is_refused_with_the_reason(data: bytes, message: str) -> None:
    with pytest.raises(RunDirectoryError, match=message):
        results_from_json(data)


def test_an_unknown_format_names_those_that_exist(results: Results) -> None:
    with pytest.raises(ValueError, match="html, json, junit"):
        render(results, (), "pdf")
