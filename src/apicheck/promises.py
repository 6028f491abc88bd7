"""List a policy's promises (clause, check, subject), and find the outcome of each in a run.

A test runner sees a policy this way: every promise is one test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from apicheck.judge.clauses import explain_verdict, judge_clauses, roll_up
from apicheck.judge.results import judge_active
from apicheck.model.results import ClauseResult, Finding, Results
from apicheck.model.verdict import Consequence, Verdict
from apicheck.run import RunConfig, load_plan


@dataclass(frozen=True, slots=True)
class Promise:
    """One clause, as one check tests it on one subject.

    check "": no check tests the clause. subject "": the check reads all recorded exchanges.
    """

    clause: str
    check: str = ""
    subject: str = ""

    def __str__(self) -> str:
        return "::".join(part for part in (self.clause, self.check, self.subject) if part)


class PromiseStatus(StrEnum):
    """The outcome of a promise, in the words of a test runner."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    """It fails, but is a recommendation or rests on an assumed fact."""
    UNDECIDED = "undecided"
    """It binds, but the run could not judge it."""
    SKIPPED = "skipped"
    """It was not tested, or not on all of its subjects."""


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    """The outcome of one promise. text: the reason, in lines for a terminal."""

    status: PromiseStatus
    text: str = ""


def list_promises(config: RunConfig) -> tuple[Promise, ...]:
    """List everything that a run of a policy would judge, in the policy's order. Sends nothing.

    Raises ApicheckError when policy, document or target cannot be used.
    """
    plan = load_plan(config)
    expected = judge_active(plan, ())
    listed: list[Promise] = []
    for planned, result in zip(plan.clauses, judge_clauses(plan, expected), strict=True):
        clause = planned.clause.id
        active = [expected[number] for number in result.results]
        promises = [Promise(clause, row.check, row.subject) for row in active]
        promises += [Promise(clause, c) for c in planned.checks if plan.checks[c].passive]
        listed += promises or [Promise(clause)]
    return tuple(dict.fromkeys(listed))


def narrow(config: RunConfig, wanted: Collection[Promise], every: Collection[Promise]) -> RunConfig:
    """Narrow a run to some of its promises: select only their clauses and checks."""
    if set(wanted) >= set(every):
        return config
    clauses = tuple(dict.fromkeys(promise.clause for promise in wanted))
    checks = tuple(dict.fromkeys(promise.check for promise in wanted if promise.check))
    return replace(config, options=replace(config.options, clauses=clauses, select=checks))


def outcome_of(results: Results, promise: Promise) -> PromiseOutcome:
    """The outcome of a promise, from the results of a run."""
    clause = next(item for item in results.clauses if item.clause.id == promise.clause)
    rows = [
        result
        for _, result in results.results_of(clause)
        if result.check == promise.check and promise.subject in ("", result.subject)
    ]
    if not rows:
        return PromiseOutcome(PromiseStatus.SKIPPED, f"{clause.verdict.value}: {clause.reason}")
    verdict = roll_up(Counter(row.verdict for row in rows))
    if verdict is Verdict.FAIL:
        return _report_failure(results, clause, promise)
    reason = explain_verdict(verdict, rows)
    if verdict is Verdict.PASS and _rests_on_refusals(clause):
        verdict, reason = clause.verdict, clause.reason
    if verdict is Verdict.PASS:
        return PromiseOutcome(PromiseStatus.PASSED)
    unclear = any(row.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE) for row in rows)
    undecided = unclear and clause.clause.level.binding
    status = PromiseStatus.UNDECIDED if undecided else PromiseStatus.SKIPPED
    return PromiseOutcome(status, f"{verdict.value}: {reason}")


def _rests_on_refusals(clause: ClauseResult) -> bool:
    """Whether every subject passes and the clause does not: nothing there accepted a request."""
    open_verdicts = set(clause.tally) - {Verdict.PASS, Verdict.NOT_APPLICABLE}
    return clause.verdict is Verdict.PARTIAL and not open_verdicts


def _report_failure(results: Results, clause: ClauseResult, promise: Promise) -> PromiseOutcome:
    causes = [
        finding
        for finding in results.findings
        if finding.check == promise.check
        and promise.clause in finding.clauses
        and (not promise.subject or promise.subject in finding.subjects)
    ]
    text = "\n\n".join(describe_finding(finding, clause) for finding in causes)
    if clause.consequence is Consequence.VIOLATION:
        return PromiseOutcome(PromiseStatus.FAILED, text)
    warned = clause.consequence is Consequence.WARNING
    return PromiseOutcome(PromiseStatus.WARNED if warned else PromiseStatus.SKIPPED, text)


def describe_finding(finding: Finding, clause: ClauseResult | None = None) -> str:
    """Describe a finding in a few lines for a terminal."""
    clauses = clause.clause.id if clause else ", ".join(finding.clauses)
    detail = f" ({finding.detail})" if finding.detail else ""
    quote = f": “{clause.clause.quote}”" if clause and clause.clause.quote else ""
    lines = [
        f"{finding.check}: {finding.outcome}{detail}",
        f"  clause     {clauses or 'none'}{quote}",
        f"  operation  {', '.join(finding.operations) or 'any'}",
        f"  expected   {finding.expected}",
        f"  actual     {finding.actual}",
    ]
    if finding.curl:
        lines.append("  reproduce  " + finding.curl.replace("\n", "\n             "))
    return "\n".join(lines)
