"""The cases of a run, as test reports count them: one for each clause, check and subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apicheck.model.results import CheckResult, ClauseResult, Finding, Results
from apicheck.model.verdict import Consequence, Verdict


@dataclass(frozen=True, slots=True)
class ReportedCase:
    """One result of a clause, or the clause itself where no check has a result for it.

    verdict, reason: of the result, or else of the clause. findings: those that it shows.
    """

    clause: ClauseResult
    verdict: Verdict
    reason: str
    result: CheckResult | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """`AUTH-1 auth/challenge listOrders`; the id of the clause where there is no result."""
        of_result = (self.result.check, self.result.subject) if self.result else ()
        return " ".join(filter(None, (self.clause.clause.id, *of_result)))

    @property
    def message(self) -> str:
        """What was expected and what came, or the reason."""
        failures = self.result.failures if self.result else ()
        return "; ".join(f"expected {f.expected}, got {f.actual}" for f in failures) or self.reason

    @property
    def can_fail_build(self) -> bool:
        """Whether a fail, error or inconclusive of the clause may fail a build."""
        if not self.clause.in_scope or not self.clause.clause.level.binding:
            return False
        violated = self.clause.consequence is Consequence.VIOLATION
        return self.verdict is not Verdict.FAIL or violated


def list_cases(results: Results, clause: ClauseResult) -> Iterator[ReportedCase]:
    """List the cases of a clause, in the order of its results."""
    if not clause.results:
        yield ReportedCase(clause, clause.verdict, clause.reason)
    for _, result in results.results_of(clause):
        causes = {(failure.outcome, failure.detail) for failure in result.failures}
        findings = tuple(
            finding
            for finding in results.findings
            if finding.check == result.check and (finding.outcome, finding.detail) in causes
        )
        yield ReportedCase(clause, result.verdict, result.reason, result, findings)
