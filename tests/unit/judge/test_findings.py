"""A finding says of each subject what came there."""

from types import SimpleNamespace
from typing import Any

from apicheck.judge import collect_findings
from apicheck.model.check import Check, Outcome
from apicheck.model.results import CheckResult, FailureSummary
from apicheck.model.verdict import Severity, Verdict

CHECK = Check(
    title="x", outcomes=(Outcome("crash", Severity.HIGH),), proven_by={}, id="errors/crash"
)
PLAN: Any = SimpleNamespace(checks={CHECK.id: CHECK}, policy=SimpleNamespace(origins=()))


def fail(subject: str, *cases: str) -> CheckResult:
    failures = tuple(
        FailureSummary("crash", "body", "below 500", "500", 1, (f"{subject}-{case}",), case)
        for case in cases
    )
    return CheckResult(CHECK.id, subject, subject, (), Verdict.FAIL, failures)


def test_subjects_that_fail_otherwise_are_named_with_what_came_there() -> None:
    results = [fail("a", "a long case"), fail("b", "NUL"), fail("c", "a long case"), fail("d", "")]
    (finding,) = collect_findings(PLAN, results, ())
    assert finding.actual == "500"
    assert finding.elsewhere == {"500 for a long case": ("a", "c"), "500 for NUL": ("b",)}


def test_a_subject_that_shows_the_clearest_case_is_not_named_again() -> None:
    (finding,) = collect_findings(PLAN, [fail("a", "NUL", "a long case"), fail("b", "NUL")], ())
    assert (finding.actual, finding.elsewhere) == ("500 for NUL", {})
