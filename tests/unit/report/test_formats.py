"""Each format of another tool follows its schema, keeps every verdict, and is harmless."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from markdown_it import MarkdownIt

from apicheck.judge import compare_runs, compare_with_baseline
from apicheck.model.exchange import Transcript
from apicheck.model.results import Results
from apicheck.model.verdict import Consequence, NotTestedKind, Severity, Verdict
from apicheck.report import FORMATS, render
from apicheck.report.baseline import describe_comparison
from apicheck.report.difference import describe_difference
from apicheck.report.formats import ctrf, markdown, oscal, sarif
from apicheck.report.formats.clauses_csv import COLUMNS
from tests.unit.report import hostile

SCHEMAS = Path(__file__).parents[2] / "fixtures" / "schemas"
PLACES = {
    "clauses": {"AUTH-1": "api/policy file.yaml:31"},
    "operations": {"createContact": "api/openapi.yaml:12", "listContacts": "api/openapi.yaml:4"},
}


@pytest.fixture
def poisoned(results: Results) -> Results:
    made: Results = hostile.poison(results)
    return made


@pytest.fixture(scope="module")
def validate() -> Callable[[str, Any], None]:
    def refer(uri: str) -> Any:
        return json.loads((SCHEMAS / "har" / uri.rpartition("/")[2].rstrip("#")).read_text())

    compiled: dict[str, Any] = {}

    def check(name: str, document: Any) -> None:
        if name not in compiled:
            schema = json.loads((SCHEMAS / name).read_text())
            compiled[name] = jsonschema_rs.validator_for(schema, retriever=refer)
        compiled[name].validate(document)

    return check


def read(results: Results, name: str, transcripts: tuple[Transcript, ...] = ()) -> Any:
    return json.loads(render(results, transcripts, name))


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def verdicts(results: Results) -> dict[str, str]:
    return {item.clause.id: item.verdict.value for item in results.clauses}


def rows(results: Results) -> list[dict[str, str]]:
    lines = render(results, (), "csv").decode("utf-8-sig").splitlines(keepends=True)
    return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", ["sarif", "ctrf", "oscal"])
@pytest.mark.parametrize("which", ["results", "poisoned"])
def test_what_is_rendered_follows_the_published_schema(
    name: str, which: str, validate: Callable[[str, Any], None], request: pytest.FixtureRequest
) -> None:
    file = {"sarif": "sarif-2.1.0.json", "ctrf": "ctrf.json"}.get(
        name, "oscal-assessment-results.json"
    )
    validate(file, read(request.getfixturevalue(which), name))


@pytest.mark.parametrize("which", ["transcripts", "poisoned"])
def test_recorded_exchanges_follow_the_schema_of_har(
    which: str,
    results: Results,
    transcripts: tuple[Transcript, ...],
    validate: Callable[[str, Any], None],
) -> None:
    shown = transcripts
    if which == "poisoned":
        shown = hostile.poison(transcripts, hostile.SENT)
    document = read(results, "har", shown)
    validate("har/har.json", document)
    assert len(document["log"]["entries"]) == len({e.id for t in shown for e in t.exchanges})


def test_a_document_of_another_form_is_refused(validate: Callable[[str, Any], None]) -> None:
    for name in ("sarif-2.1.0.json", "ctrf.json", "oscal-assessment-results.json", "har/har.json"):
        with pytest.raises(jsonschema_rs.ValidationError):
            validate(name, {"log": {"entries": 3}})


@pytest.mark.parametrize("name", FORMATS)
def test_equal_results_give_equal_bytes(
    name: str, results: Results, transcripts: tuple[Transcript, ...]
) -> None:
    assert render(results, transcripts, name) == render(replace(results), transcripts, name)


@pytest.mark.parametrize("table", [ctrf.STATUSES, oscal.STATES])
def test_every_verdict_has_a_word_of_the_format(table: dict[Verdict, Any]) -> None:
    assert set(table) == set(Verdict)


def test_every_verdict_survives_sarif(results: Results) -> None:
    assert read(results, "sarif")["runs"][0]["properties"]["clauses"] == verdicts(results)


def test_every_verdict_survives_ctrf(results: Results) -> None:
    found = read(results, "ctrf")["results"]
    assert found["extra"]["clauses"] == verdicts(results)
    cases = {test["name"]: test["rawStatus"] for test in found["tests"]}
    assert cases["AUTH-1 auth/missing-credentials createContact"] == "fail"
    assert set(cases.values()) >= {"pass", "fail", "not-tested", "inconclusive", "error", "review"}


def test_every_verdict_survives_csv(results: Results) -> None:
    assert {row["clause"]: row["verdict"] for row in rows(results)} == verdicts(results)


def test_every_verdict_survives_oscal(results: Results) -> None:
    findings = read(results, "oscal")["assessment-results"]["results"][0]["findings"]
    found = [{p["name"]: p["value"] for p in one["props"]} for one in findings]
    assert {one["clause"]: one["verdict"] for one in found} == verdicts(results)


def test_every_verdict_survives_markdown(results: Results) -> None:
    text = render(results, (), "markdown").decode()
    for clause, verdict in verdicts(results).items():
        (row,) = [line for line in text.split("\n") if line.startswith(f"| `{clause}` ")]
        assert f" {verdict} |" in row


def test_only_a_violation_fails_in_ctrf(results: Results) -> None:
    found = read(results, "ctrf")["results"]
    failed = [test["name"] for test in found["tests"] if test["status"] == "failed"]
    assert failed == ["AUTH-1 auth/missing-credentials createContact"]
    assert found["summary"]["failed"] == 1
    assert found["summary"]["stop"] - found["summary"]["start"] == 72_500
    counted = sum(
        found["summary"][one] for one in ("passed", "failed", "skipped", "pending", "other")
    )
    assert counted == found["summary"]["tests"] == len(found["tests"])


def test_only_a_verdict_that_was_reached_satisfies_an_objective() -> None:
    satisfied = {verdict for verdict, (state, _) in oscal.STATES.items() if state == "satisfied"}
    assert satisfied == {Verdict.PASS, Verdict.NOT_APPLICABLE}


def test_a_waived_clause_is_an_approved_deviation_in_oscal(
    results: Results, validate: Callable[[str, Any], None]
) -> None:
    first, *others = results.clauses
    waived = replace(
        first, verdict=Verdict.NOT_TESTED, kind=NotTestedKind.OUT_OF_SCOPE, reason="by Ada"
    )
    document = read(replace(results, clauses=(waived, *others)), "oscal")
    validate("oscal-assessment-results.json", document)
    (risk,) = document["assessment-results"]["results"][0]["risks"]
    assert (risk["status"], risk["description"]) == ("deviation-approved", "by Ada")


def sarif_results(results: Results) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(results, "sarif")["runs"][0]["results"]
    return found


def test_a_finding_is_at_its_clause_in_the_policy_and_at_its_operations(results: Results) -> None:
    placed = replace(results, run=replace(results.run, places=PLACES))
    first, second, third = sarif_results(placed)
    (location,) = first["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "api/policy%20file.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 31},
    }
    assert first["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 12}
    assert second["locations"][0]["message"] == {"text": "listContacts"}
    # GitHub refuses the whole file for a result without a place.
    assert third["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "apicheck.toml"


def test_a_finding_keeps_its_fingerprint(results: Results) -> None:
    found = [one["partialFingerprints"]["apicheck/finding/v1"] for one in sarif_results(results)]
    assert found == [finding.id for finding in results.findings]


def test_the_level_in_sarif_is_what_the_finding_means_to_the_policy(results: Results) -> None:
    assert [one["level"] for one in sarif_results(results)] == ["error", "warning", "warning"]
    assert set(sarif._LEVELS) == set(Consequence)


def test_each_result_has_the_rule_that_it_names(results: Results) -> None:
    run = read(results, "sarif")["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == [
        one["ruleId"] for one in run["results"]
    ]
    assert "Authenticate before the server" in rules[0]["help"]["markdown"]


def test_more_findings_than_github_takes_are_left_out_by_severity(
    results: Results,
    validate: Callable[[str, Any], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 10)
    worst, *_ = results.findings
    many = [
        replace(worst, id=f"f-{n}", severity=Severity.LOW, operations=("createContact",) * 200)
        for n in range(12)
    ]
    run = replace(results.run, places=PLACES)
    document = read(replace(results, run=run, findings=(worst, *many)), "sarif")
    validate("sarif-2.1.0.json", document)
    (made,) = document["runs"]
    assert len(made["results"]) == 10
    assert made["results"][0]["properties"]["severity"] == "critical"
    assert len(made["results"][1]["relatedLocations"]) == sarif.MOST_LOCATIONS - 1
    (note,) = made["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("3 findings")


@pytest.mark.parametrize("name", ["sarif", "ctrf", "oscal"])
def test_hostile_text_reaches_no_program_as_it_is(name: str, poisoned: Results) -> None:
    found = set("".join(texts(read(poisoned, name))))
    assert found.isdisjoint(hostile.FORBIDDEN)
    assert render(poisoned, (), name).isascii()


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_has_a_hostile_character_as_it_is(
    name: str,
    poisoned: Results,
    transcripts: tuple[Transcript, ...],
) -> None:
    """Whatever reads the file: an editor, a log, a viewer of another tool."""
    shown = hostile.poison(transcripts, hostile.SENT)
    text = render(poisoned, shown, name).decode()
    assert "octocat" in text
    assert set(text).isdisjoint(hostile.FORBIDDEN)


def test_hostile_text_is_text_on_the_page_and_in_junit(
    poisoned: Results,
    results: Results,
    transcripts: tuple[Transcript, ...],
) -> None:
    shown = hostile.poison(transcripts, hostile.SENT)
    page = render(poisoned, shown, "html").decode()
    assert "<img" not in page
    honest = render(results, transcripts, "html").decode()
    assert page.count("<script") == honest.count("<script")
    assert set(page).isdisjoint(hostile.FORBIDDEN)
    root = ET.fromstring(render(poisoned, (), "junit"))
    written = [text for one in root.iter() for text in (one.text or "", *one.attrib.values())]
    known = ET.fromstring(render(results, (), "junit"))
    assert [one.tag for one in root.iter()] == [one.tag for one in known.iter()]
    assert set("".join(written)).isdisjoint(hostile.FORBIDDEN)


def test_hostile_text_stays_on_its_line_of_the_terminal(
    poisoned: Results, results: Results
) -> None:
    difference = compare_runs(results, poisoned)
    comparison = compare_with_baseline(poisoned, (), date(2026, 11, 29))
    for lines in (
        describe_difference(difference, results, poisoned),
        describe_comparison(comparison, poisoned),
    ):
        text = "".join(lines)
        assert "octocat" in text
        assert set(text).isdisjoint(hostile.FORBIDDEN + "\n\r")


def test_no_cell_of_the_table_is_a_formula(poisoned: Results) -> None:
    cells = [cell for row in rows(poisoned) for cell in row.values()]
    assert [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@\t\r\uff1d")] == []
    assert len(rows(poisoned)) == len(poisoned.clauses)
    assert set(rows(poisoned)[0]) == set(COLUMNS)


def test_a_formula_behind_spaces_is_none_either(results: Results) -> None:
    first, *others = results.clauses
    harmful = replace(first, reason="  \uff1dSUM(1)")
    row, *_ = rows(replace(results, clauses=(harmful, *others)))
    assert row["reason"] == "'  \uff1dSUM(1)"


def test_hostile_text_is_only_code_in_markdown(poisoned: Results) -> None:
    text = render(poisoned, (), "markdown").decode()
    assert set(text).isdisjoint(hostile.FORBIDDEN)
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
    every = [token for block in parser.parse(text) for token in (block, *(block.children or ()))]
    kinds = {token.type for token in every}
    assert kinds.isdisjoint({"html_block", "html_inline", "link_open", "image", "hr"})
    plain = " ".join(token.content for token in every if token.type == "text")
    for word in ("octocat", "evil.test", "#1", "script", "::"):
        assert word not in plain
    assert "octocat" in " ".join(t.content for t in every if t.type == "code_inline")


def test_markdown_stays_within_its_bound_and_says_what_is_left_out(poisoned: Results) -> None:
    first = poisoned.findings[0]
    found = tuple(replace(first, outcome=f"{first.outcome}{n}") for n in range(400))
    many = replace(poisoned, findings=found)
    text = render(many, (), "markdown")
    assert len(text) <= markdown.MOST_BYTES
    assert text.decode().endswith("_The rest is left out: the report has it._\n")
    assert b"_The rest" not in render(poisoned, (), "markdown")


def test_an_exchange_keeps_what_was_sent_and_received(
    results: Results, transcripts: tuple[Transcript, ...]
) -> None:
    entries = {
        entry["_apicheck"]["id"]: entry
        for entry in read(results, "har", transcripts)["log"]["entries"]
    }
    listed = entries["x-1"]
    assert listed["request"]["url"] == "http://127.0.0.1:8080/v2/contacts?limit=2"
    assert {"name": "Authorization", "value": "Bearer $APICHECK_ADMIN_TOKEN"} in listed["request"][
        "headers"
    ]
    assert listed["startedDateTime"] == "2026-11-21T06:30:01.250Z"
    assert json.loads(entries["x-3"]["request"]["postData"]["text"])["name"] == "Ada Lovelace"
    assert entries["x-5"]["response"]["content"]["encoding"] == "base64"
    assert entries["x-7"]["request"]["url"].startswith("http://webhook-listener.invalid/")
    assert entries["x-8"]["response"]["status"] == 0
    assert entries["x-8"]["comment"] == "timeout: no response within 10 s"


def test_an_unknown_format_is_refused_with_the_known_ones(results: Results) -> None:
    with pytest.raises(ValueError, match=r"pdf.*one of html, json, junit, sarif"):
        render(results, (), "pdf")
