"""Render CTRF (Common Test Report Format, https://ctrf.io): a test for each case of the run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from apicheck.model.json import Json
from apicheck.model.results import Results
from apicheck.model.verdict import Verdict
from apicheck.report.cases import ReportedCase, list_cases
from apicheck.report.sections import group_by_section, label_section
from apicheck.report.text import cut, join_lines, make_visible
from apicheck.report.times import read_end, read_start

_VERSION = "0.0.0"
_LONGEST = 8_000
STATUSES: Mapping[Verdict, str] = {
    Verdict.PASS: "passed",
    Verdict.FAIL: "failed",
    Verdict.ERROR: "other",
    Verdict.INCONCLUSIVE: "other",
    Verdict.PARTIAL: "other",
    Verdict.REVIEW: "pending",
    Verdict.NOT_TESTED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}
"""Verdict -> status; `rawStatus` has the verdict itself. A fail that breaks no must-clause is
"other": dashboards fail a build by "failed"."""


def render_ctrf(results: Results) -> bytes:
    """Render the cases of a run as CTRF."""
    sections = {
        clause.id: label_section(section)
        for section, members in group_by_section(one.clause for one in results.clauses).items()
        for clause in members
    }
    tests = [
        _build_test(case, sections[clause.clause.id])
        for clause in results.clauses
        for case in list_cases(results, clause)
    ]
    counts = Counter(str(test["status"]) for test in tests)
    start, stop = (
        round(moment.timestamp() * 1000)
        for moment in (read_start(results.run), read_end(results.run))
    )
    name, _, version = results.run.tool.partition(" ")
    report = {
        "reportFormat": "CTRF",
        "specVersion": _VERSION,
        "generatedBy": results.run.tool or "apicheck",
        "results": {
            "tool": {"name": name or "apicheck", "version": version},
            "summary": {
                "tests": len(tests),
                **{
                    status: counts[status]
                    for status in ("passed", "failed", "skipped", "pending", "other")
                },
                "start": start,
                "stop": max(start, stop),
            },
            "tests": tests,
            "environment": {
                "appName": join_lines(results.run.policy),
                "appVersion": join_lines(results.run.policy_version),
                "testEnvironment": join_lines(results.run.target),
            },
            "extra": {
                "word": results.word.word.value,
                "scope": join_lines(results.word.scope),
                "clauses": {
                    join_lines(one.clause.id): one.verdict.value for one in results.clauses
                },
            },
        },
    }
    return json.dumps(report, indent=1).encode() + b"\n"


def _build_test(case: ReportedCase, section: str) -> dict[str, Json]:
    status = STATUSES[case.verdict]
    if status == "failed" and not case.can_fail_build:
        status = "other"
    clause, result = case.clause.clause, case.result
    test: dict[str, Json] = {
        "name": join_lines(case.name),
        "status": status,
        "rawStatus": case.verdict.value,
        "duration": round(result.seconds * 1000) if result else 0,
        "labels": {"clause": join_lines(clause.id), "level": clause.level.value},
    }
    if section:
        test["suite"] = [join_lines(section)]
    if case.message:
        test["message"] = cut(make_visible(case.message), _LONGEST)
    curls = [finding.curl for finding in case.findings if finding.curl]
    if curls:
        test["snippet"] = cut(make_visible(curls[0]), _LONGEST)
    if result is not None and result.kind is not None:
        test["labels"]["kind"] = result.kind.value
    if case.findings:
        test["labels"]["fingerprint"] = join_lines(case.findings[0].id)
    return test
