"""List a policy's promises (clause, check, subject), and find the outcome of each in a run.

A test runner sees a policy this way: every promise is one test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum

from apicheck.judge.clauses import (
    describe_closed,
    explain_verdict,
    find_closed,
    judge_clauses,
    roll_up,
)
from apicheck.judge.results import judge_active
from apicheck.model.plan import Plan
from apicheck.model.results import CheckResult, ClauseResult, Finding, OperationResult, Results
from apicheck.model.subject import Subject, SubjectKind
from apicheck.model.verdict import Consequence, NotApplicable, NotTestedKind, Verdict
from apicheck.run import RunConfig, sketch_plan

_OPEN = (Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.NOT_TESTED)


@dataclass(frozen=True, slots=True)
class Promise:
    """One clause, as one check tests it on one subject.

    check "": no check tests the clause. subject "": the check reads all recorded exchanges, or
    applies to nothing. operation: the id of the operation that the subject concerns, or "".
    line: of the clause in its policy, 0 where it has none.
    """

    clause: str
    check: str = ""
    subject: str = ""
    operation: str = ""
    line: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """`auth/challenge[listOrders]`, or less where there is no subject or check."""
        return f"{self.check}[{self.subject}]" if self.subject else self.check

    def __str__(self) -> str:
        return "::".join(filter(None, (self.clause, self.name)))


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
    UNPLAYED = "unplayed"
    """The run ended for an error, such as a refused credential, before it tested this."""


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    """The outcome of one promise. text: the reason, in lines for a terminal."""

    status: PromiseStatus
    text: str = ""


def list_promises(config: RunConfig) -> tuple[Promise, ...]:
    """List everything that a run of a policy would judge, in the policy's order.

    Sends nothing and draws nothing. What does not concern a check is left out; a clause of which
    nothing is left stands alone.
    Raises ApicheckError when policy, document or target cannot be used.
    """
    return promises_of(sketch_plan(config))


def promises_of(plan: Plan) -> tuple[Promise, ...]:
    """The promises whose outcomes a plan decides."""
    expected = judge_active(plan, ())
    everything = Subject(SubjectKind.EXCHANGES, "*", plan.context)
    reading = {
        one.id for one in plan.passive if not isinstance(one.applies(everything), NotApplicable)
    }
    listed: list[Promise] = []
    for planned, result in zip(plan.clauses, judge_clauses(plan, expected), strict=True):
        clause = Promise(planned.clause.id, line=planned.clause.line)
        rows = filter(_concerns, (expected[number] for number in result.results))
        promises = [
            replace(clause, check=row.check, subject=row.subject, operation=row.operation)
            for row in rows
        ]
        promises += [replace(clause, check=check) for check in planned.checks if check in reading]
        listed += promises or [clause]
    return tuple(dict.fromkeys(listed))


def _concerns(result: CheckResult) -> bool:
    return result.verdict is not Verdict.NOT_APPLICABLE


def narrow(config: RunConfig, wanted: Collection[Promise], every: Collection[Promise]) -> RunConfig:
    """Narrow a run to some of its promises: to their clauses, checks and operations.

    A promise that concerns no operation may need the requests of any, so all are then kept.
    """
    if set(wanted) >= set(every):
        return config
    clauses = tuple(dict.fromkeys(promise.clause for promise in wanted))
    checks = tuple(dict.fromkeys(promise.check for promise in wanted if promise.check))
    named = tuple(dict.fromkeys(promise.operation for promise in wanted))
    operations = named if all(named) else config.options.operations
    options = replace(config.options, clauses=clauses, select=checks, operations=operations)
    return replace(config, options=options)


def outcome_of(results: Results, promise: Promise) -> PromiseOutcome:
    """The outcome of a promise, from the results of a run."""
    clause = find_clause(results, promise)
    rows = rows_of(results, promise)
    if not rows:
        return _report_unobserved(clause, promise)
    verdict = roll_up(Counter(row.verdict for row in rows))
    if verdict is Verdict.FAIL:
        return _report_failure(results, clause, promise)
    reason = explain_verdict(verdict, rows)
    if verdict is Verdict.PASS and (closed := _find_closed(results, clause)):
        verdict = Verdict.PARTIAL
        reason = f"{reason}, but by refusals alone: {describe_closed(closed)}"
    if verdict is Verdict.PASS:
        return PromiseOutcome(PromiseStatus.PASSED)
    errors = [item.message for item in results.preflight if item.verdict is Verdict.ERROR]
    if errors and all(row.kind is NotTestedKind.NEEDS_BUDGET and not row.remedy for row in rows):
        return PromiseOutcome(PromiseStatus.UNPLAYED, "\n".join(errors))
    open_rows = [row for row in rows if row.verdict in _OPEN]
    task = next((row.remedy for row in open_rows if row.remedy), "")
    unclear = any(row.verdict is not Verdict.NOT_TESTED for row in open_rows)
    if unclear and clause.clause.level.binding:
        text = _describe_undecided(clause, promise, f"{verdict.value}: {reason}", task)
        return PromiseOutcome(PromiseStatus.UNDECIDED, text)
    words = f"{verdict.value}: {reason}"
    words += f"; to do: {' '.join(task.split())}" if task else ""
    return PromiseOutcome(PromiseStatus.SKIPPED, words)


def find_clause(results: Results, promise: Promise) -> ClauseResult:
    """Find the clause of a promise."""
    return next(item for item in results.clauses if item.clause.id == promise.clause)


def findings_of(results: Results, promise: Promise) -> tuple[Finding, ...]:
    """The findings that break a promise."""
    return tuple(
        finding
        for finding in results.findings
        if finding.check == promise.check
        and promise.clause in finding.clauses
        and (not promise.subject or promise.subject in finding.subjects)
    )


def rows_of(results: Results, promise: Promise) -> tuple[CheckResult, ...]:
    """The results of a run that speak for a promise, as its clause takes them."""
    return tuple(
        result
        for _, result in results.results_of(find_clause(results, promise))
        if result.check == promise.check and promise.subject in ("", result.subject)
    )


def _report_unobserved(clause: ClauseResult, promise: Promise) -> PromiseOutcome:
    """Report a clause without a check, or a check of which the run has no result for the clause.

    A check that a binding clause names by its id must have one: its family need not.
    """
    by_id = {pattern.partition("#")[0] for pattern in clause.clause.checks}
    missed = promise.check in by_id and clause.tally.get(Verdict.INCONCLUSIVE, 0)
    if missed and clause.clause.level.binding:
        text = _describe_undecided(clause, promise, clause.reason, "")
        return PromiseOutcome(PromiseStatus.UNDECIDED, text)
    words = f"{clause.verdict.value}: {clause.reason}"
    if clause.results:  # they are those of other checks
        words = f"{Verdict.NOT_TESTED.value}: the run observed nothing for {promise.check}"
    return PromiseOutcome(PromiseStatus.SKIPPED, words)


def _describe_undecided(clause: ClauseResult, promise: Promise, reason: str, task: str) -> str:
    lines = [
        f"{promise.check}: undecided",
        _name_clause(clause),
        f"  subject    {promise.subject or 'every recorded exchange'}",
        f"  reason     {reason}",
    ]
    if task:
        lines.append("  to do      " + task.replace("\n", "\n             "))
    return "\n".join(lines)


def _name_clause(clause: ClauseResult) -> str:
    quote = f": “{clause.clause.quote}”" if clause.clause.quote else ""
    return f"  clause     {clause.clause.id}{quote}"


def _find_closed(results: Results, clause: ClauseResult) -> tuple[OperationResult, ...]:
    """Find the operations of a clause's passes, if none of them accepted a request."""
    rows = [row for _, row in results.results_of(clause)]
    return find_closed(rows, {one.operation: one for one in results.operations})


def _report_failure(results: Results, clause: ClauseResult, promise: Promise) -> PromiseOutcome:
    causes = findings_of(results, promise)
    text = "\n\n".join(describe_finding(finding, clause) for finding in causes)
    if clause.consequence is Consequence.VIOLATION:
        return PromiseOutcome(PromiseStatus.FAILED, text)
    warned = clause.consequence is Consequence.WARNING
    return PromiseOutcome(PromiseStatus.WARNED if warned else PromiseStatus.SKIPPED, text)


def describe_finding(finding: Finding, clause: ClauseResult | None = None) -> str:
    """Describe a finding in a few lines for a terminal."""
    detail = f" ({finding.detail})" if finding.detail else ""
    lines = [
        f"{finding.check}: {finding.outcome}{detail}",
        _name_clause(clause) if clause else f"  clause     {', '.join(finding.clauses) or 'none'}",
        f"  operation  {', '.join(finding.operations) or 'any'}",
        f"  expected   {finding.expected}",
        f"  actual     {finding.actual}",
    ]
    if finding.curl:
        lines.append("  reproduce  " + finding.curl.replace("\n", "\n             "))
    return "\n".join(lines)
