"""Render JUnit XML: a suite for each section of the policy, a case for each clause and subject."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree as ET

from apicheck.model.results import CheckResult, ClauseResult, Finding, Results, Standing
from apicheck.model.verdict import Consequence, Verdict
from apicheck.report.sections import group_by_section, label_section
from apicheck.report.text import escape_for_xml

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
        _set_counts(suite)
    suites.append(_add_operations(root, results))
    root.set("time", f"{_measure_seconds(results):.3f}")
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
    if not clause.results:
        case = _build_case(classname, clause.clause.id, clause)
        _add_ending(case, clause, clause.verdict, clause.reason)
        yield case
    for _, result in results.results_of(clause):
        name = " ".join(filter(None, (clause.clause.id, result.check, result.subject)))
        case = _build_case(classname, name, clause, result.seconds)
        _add_ending(
            case, clause, result.verdict, result.reason, result, _select_findings(results, result)
        )
        yield case


def _build_case(
    classname: str, name: str, clause: ClauseResult, seconds: float = 0.0
) -> ET.Element:
    """Build a case. It has a time if it sent requests of its own; a passive check reads others'."""
    case = ET.Element("testcase", classname=classname, name=escape_for_xml(name))
    if seconds:
        case.set("time", f"{seconds:.3f}")
    properties = ET.SubElement(case, "properties")
    for key, value in (("requirement", clause.clause.id), ("level", clause.clause.level.value)):
        ET.SubElement(properties, "property", name=key, value=escape_for_xml(value))
    return case


def _select_findings(results: Results, result: CheckResult) -> tuple[Finding, ...]:
    causes = {(failure.outcome, failure.detail) for failure in result.failures}
    return tuple(
        finding
        for finding in results.findings
        if finding.check == result.check and (finding.outcome, finding.detail) in causes
    )


def _add_ending(
    case: ET.Element,
    clause: ClauseResult,
    verdict: Verdict,
    reason: str,
    result: CheckResult | None = None,
    findings: tuple[Finding, ...] = (),
) -> None:
    element = _ENDINGS[verdict]
    if not element:
        return
    if not _can_fail_build(clause, verdict):
        element = "skipped"
    failures = result.failures if result else ()
    message = "; ".join(f"expected {f.expected}, got {f.actual}" for f in failures) or reason
    kind = failures[0].outcome if failures else verdict.value
    if result is not None and result.kind is not None:
        kind = f"{verdict.value}: {result.kind.value}"
    ending = ET.SubElement(
        case, element, message=escape_for_xml(message), type=escape_for_xml(kind)
    )
    lines = [message, f"clause: {clause.clause.quote or clause.clause.statement}"]
    lines += [f"reproduce:\n{finding.curl}" for finding in findings if finding.curl]
    ending.text = escape_for_xml("\n".join(lines))


def _can_fail_build(clause: ClauseResult, verdict: Verdict) -> bool:
    """Whether a fail, error or inconclusive of the clause may fail a build."""
    if not clause.in_scope or not clause.clause.level.binding:
        return False
    return verdict is not Verdict.FAIL or clause.consequence is Consequence.VIOLATION


def _set_counts(suite: ET.Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
    for element, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(sum(1 for case in cases if case.find(element) is not None)))


def _measure_seconds(results: Results) -> float:
    try:
        began = datetime.fromisoformat(results.run.started)
        return (datetime.fromisoformat(results.run.finished) - began).total_seconds()
    except (TypeError, ValueError):
        return 0.0
