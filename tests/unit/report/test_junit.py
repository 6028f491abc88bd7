from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import junitparser
import pytest

from apicheck.model.results import Results
from apicheck.model.verdict import Consequence, Level, Verdict
from apicheck.report import render
from apicheck.report.formats.junit import _ENDINGS


def _read(results: Results) -> junitparser.JUnitXml:
    return junitparser.JUnitXml.fromstring(render(results, (), "junit"))


def _cases(results: Results) -> dict[str, junitparser.TestCase]:
    return {case.name: case for suite in _read(results) for case in suite}


def test_every_verdict_has_an_ending() -> None:
    assert set(_ENDINGS) == set(Verdict)


def test_a_suite_is_a_section_and_a_case_a_clause_with_a_subject(results: Results) -> None:
    suites = {suite.name: [case.name for case in suite] for suite in _read(results)}
    sections = [f"orders, Section {number}" for number in (2, 3, 4, 6, 5, 7, 1)]
    assert list(suites) == [*sections, "orders, operations"]
    assert suites["orders, Section 2"] == [
        "AUTH-1 auth/missing-credentials listContacts",
        "AUTH-1 auth/missing-credentials createContact",
        "AUTH-1 auth/missing-credentials deleteContact",
        "AUTH-1 auth/bad-credentials listContacts",
        "AUTH-2 scopes/foreign-object getContact",
    ]


def test_the_counts_of_the_file_match_its_cases(results: Results) -> None:
    read = _read(results)
    endings = [type(end).__name__ for case in _cases(results).values() for end in case.result]
    assert read.tests == len(_cases(results))
    assert (read.failures, read.errors, read.skipped) == tuple(
        endings.count(name) for name in ("Failure", "Error", "Skipped")
    )


@pytest.mark.parametrize(
    ("case", "ending", "kind"),
    [
        ("AUTH-1 auth/missing-credentials createContact", "Failure", "accepted"),
        ("AUTH-1 auth/missing-credentials deleteContact", "Skipped", "not-tested: read-only"),
        ("AUTH-1 auth/bad-credentials listContacts", "Error", "inconclusive"),
        ("RATE-1 ratelimit/quota general", "Error", "error"),
        ("AUTH-2 scopes/foreign-object getContact", "Skipped", "not-applicable"),
        ("HDR-1 headers/request-id listContacts", "Skipped", "absent"),
        ("HOOK-1 webhooks/signature contact.created", "Skipped", "absent"),
    ],
)
def test_only_a_binding_clause_can_fail_a_build(
    results: Results, case: str, ending: str, kind: str
) -> None:
    (found,) = _cases(results)[case].result
    assert (type(found).__name__, found.type) == (ending, kind)


def test_a_case_names_clause_check_and_fingerprint(results: Results) -> None:
    case = _cases(results)["AUTH-1 auth/missing-credentials createContact"]
    read = junitparser.Properties.fromelem(case._elem.find("properties"))
    assert [(one.name, one.value) for one in read] == [
        ("clause", "AUTH-1"),
        ("level", "must"),
        ("check", "auth/missing-credentials"),
        ("fingerprint", "f-7d1c"),
    ]


def test_a_pass_has_no_ending(results: Results) -> None:
    assert _cases(results)["AUTH-1 auth/missing-credentials listContacts"].result == []


def test_a_failure_states_what_was_expected_and_how_to_reproduce_it(results: Results) -> None:
    finding = replace(results.findings[0], curl="curl -i http://127.0.0.1/x")
    changed = replace(results, findings=(finding, *results.findings[1:]))
    (failure,) = _cases(changed)["AUTH-1 auth/missing-credentials createContact"].result
    assert failure.message == "expected 401, got 201 Created"
    assert "All requests need a valid token" in failure.text
    assert "curl -i http://127.0.0.1/x" in failure.text


def test_a_case_has_the_time_of_its_requests_or_of_those_that_it_read(results: Results) -> None:
    first, second, *others = results.checks
    own, reading = replace(first, seconds=0.25), replace(second, seconds_read=0.5)
    root = ET.fromstring(render(replace(results, checks=(own, reading, *others)), (), "junit"))
    times = [case.get("time") for case in root.iter("testcase")]
    assert times.count("0.250") == times.count("0.500") == 1
    assert set(times) == {"0.250", "0.500", None}
    assert {suite.get("time") for suite in root.iter("testsuite")} == {"0.250", "0.000"}


def test_characters_that_xml_forbids_are_shown_instead(results: Results) -> None:
    first = results.clauses[0]
    hostile = replace(
        first,
        clause=replace(first.clause, id="\x00\x1b[31m ]]> \ud800 \ufffe", level=Level.MUST),
        reason="<b>&\x08",
        results=(),
        consequence=Consequence.VIOLATION,
    )
    (name, case), *_ = _cases(replace(results, clauses=(hostile,))).items()
    assert name == "␀␛[31m ]]> ⟨U+D800⟩ "
    assert case.result[0].message == "<b>&␈"
