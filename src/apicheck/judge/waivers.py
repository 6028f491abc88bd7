"""Apply waivers to clauses: a waived failure stays a failure, and is a warning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from apicheck.model.plan import Plan
from apicheck.model.results import CheckResult, ClauseResult
from apicheck.model.verdict import Consequence, Verdict
from apicheck.model.waiver import Waiver


def apply_waiver(plan: Plan, clause: ClauseResult, speaking: Sequence[CheckResult]) -> ClauseResult:
    """Apply the waiver of a clause, if it has one. speaking: the results that count for it."""
    waiver = plan.target.waivers.get(clause.clause.id)
    if waiver is None:
        return clause
    clause = replace(clause, waiver=waiver)
    if clause.verdict is Verdict.PASS:
        return replace(clause, reason=f"{clause.reason}; its waiver is no longer needed")
    if clause.verdict is not Verdict.FAIL:
        return clause
    failed = [result for result in speaking if result.verdict is Verdict.FAIL]
    if beyond := [result for result in failed if not _is_covered(plan, waiver, result)]:
        words = f"{beyond[0].subject} fails, too, and is not waived"
        return replace(clause, reason=f"{clause.reason}; {waiver}; {words}")
    spared = clause.consequence is Consequence.VIOLATION
    return replace(
        clause,
        waived=True,
        reason=f"{clause.reason}; {waiver}",
        consequence=Consequence.WARNING if spared else clause.consequence,
    )


def _is_covered(plan: Plan, waiver: Waiver, result: CheckResult) -> bool:
    """Whether a waiver is of the operation of a result. One with `ops` is not of what has none."""
    if waiver.ops is None:
        return True
    if not result.operation:
        return False
    return plan.context.selects(waiver.ops, plan.spec.operation(result.operation))
