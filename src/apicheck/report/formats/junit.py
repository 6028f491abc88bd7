"""Render JUnit XML: a suite for each section of the policy, a case for each clause and subject."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from apicheck.model.results import ClauseResult, Results, Standing
from apicheck.model.verdict import Verdict
from apicheck.report.cases import ReportedCase, list_cases
from apicheck.report.sections import group_by_section, label_section
from apicheck.report.text import escape_for_xml
from apicheck.report.times import measure_seconds

_ENDINGS = {
    Verdict.PASS: "",
    Verdict.FAIL: "failure",
    Verdict.ERROR: "error",
    Verdict.INCONCLUSIVE: "error",
    Verdict.PARTIAL: "skipped",
    Verdict.REVIEW: "skipped",
    Verdict.NOT_TESTED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}
"""Every verdict -> its element, "" for none. A test ensures that no verdict is missing."""


def render_junit(results: Results) -> bytes:
    """Render the results as JUnit XML. Only a binding clause can be a failure or an error."""
    root = ET.Element(
        "testsuites", name=escape_for_xml(f"{results.run.policy} at {results.run.target}")
    )
    judged = {item.clause.id: item for item in results.clauses}
    sections = group_by_section(item.clause for item in results.clauses)
    suites = [_add_suite(root, results, label_section(section)) for section in sections]
    for suite, clauses in zip(suites, sections.values(), strict=True):
        for clause in clauses:
            suite.extend(_build_cases(results, judged[clause.id]))
        numbers = {number for clause in clauses for number in judged[clause.id].results}
        _set_counts(suite, sum(results.checks[number].seconds for number in numbers))
    suites.append(_add_operations(root, results))
    root.set("time", f"{measure_seconds(results.run):.3f}")
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode("utf-8", "backslashreplace")


def _add_operations(root: ET.Element, results: Results) -> ET.Element:
    """Add a suite with a case for each operation, skipped where it accepted no request."""
    suite = _add_suite(root, results, "operations")
    classname = escape_for_xml(f"{results.run.policy}.operations")
    for one in results.operations:
        name = escape_for_xml(f"{one.operation} {one.method} {one.path}")
        case = ET.SubElement(suite, "testcase", classname=classname, name=name)
        if one.standing is not Standing.ACCEPTED:
            words = escape_for_xml(f"{one.standing.value}: {one.reason}")
            ET.SubElement(case, "skipped", message=words, type=one.standing.value)
    _set_counts(suite)
    return suite


def _add_suite(root: ET.Element, results: Results, title: str) -> ET.Element:
    name = ", ".join(filter(None, (results.run.policy, title)))
    suite = ET.SubElement(root, "testsuite", name=escape_for_xml(name))
    suite.set("timestamp", escape_for_xml(results.run.started))
    properties = ET.SubElement(suite, "properties")
    word = f"{results.word.word.value}: {results.word.scope}"
    for name, value in (("word", word), ("seed", str(results.run.seed))):
        ET.SubElement(properties, "property", name=name, value=escape_for_xml(value))
    return suite


def _build_cases(results: Results, clause: ClauseResult) -> Iterator[ET.Element]:
    section = clause.clause.section
    classname = escape_for_xml(f"{results.run.policy}.{section}" if section else results.run.policy)
    for case in list_cases(results, clause):
        built = _build_case(classname, case)
        _add_ending(built, case)
        yield built


def _build_case(classname: str, case: ReportedCase) -> ET.Element:
    """Build a case. Its time is that of its own exchanges, or of those that it read."""
    built = ET.Element("testcase", classname=classname, name=escape_for_xml(case.name))
    if case.result is not None and (took := case.result.seconds or case.result.seconds_read):
        built.set("time", f"{took:.3f}")
    properties = ET.SubElement(built, "properties")
    clause = case.clause.clause
    named = [("clause", clause.id), ("level", clause.level.value)]
    named += [("check", case.result.check)] if case.result else []
    named += [("fingerprint", finding.id) for finding in case.findings]
    for key, value in named:
        ET.SubElement(properties, "property", name=key, value=escape_for_xml(value))
    return built


def _add_ending(built: ET.Element, case: ReportedCase) -> None:
    element = _ENDINGS[case.verdict]
    if not element:
        return
    if not case.can_fail_build:
        element = "skipped"
    result, clause = case.result, case.clause.clause
    kind = result.failures[0].outcome if result and result.failures else case.verdict.value
    if result is not None and result.kind is not None:
        kind = f"{case.verdict.value}: {result.kind.value}"
    ending = ET.SubElement(
        built, element, message=escape_for_xml(case.message), type=escape_for_xml(kind)
    )
    lines = [case.message, f"clause: {clause.quote or clause.statement}"]
    lines += [f"reproduce:\n{finding.curl}" for finding in case.findings if finding.curl]
    ending.text = escape_for_xml("\n".join(lines))


def _set_counts(suite: ET.Element, seconds: float = 0.0) -> None:
    """Set what a suite sums up. seconds: of the exchanges of its checks, each counted once."""
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    suite.set("time", f"{seconds:.3f}")
    for element, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(sum(1 for case in cases if case.find(element) is not None)))
