"""Find the must-clauses that nothing in a run could have shown to be broken."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from apicheck.model.plan import Plan
from apicheck.model.results import CheckResult, ClauseResult, Task
from apicheck.model.verdict import NotTestedKind, Verdict

_TITLE = "See to the must-clauses that nothing in this run could have shown to be broken"
_HOW = "# each needs a check that applies here, an example of its own, or a question to attest"
_NAMED = 8


def name_unasked(
    plan: Plan,
    clauses: Sequence[ClauseResult],
    results: Sequence[CheckResult],
    named: Collection[str],
) -> tuple[Task, ...]:
    """Name the must-clauses that no request put to the test, in one task; none without a policy.

    named: clauses that other tasks name. Of the built-in clauses, those that do not fit an API
    rightly ask nothing of it.
    """
    if not plan.policy.digest:
        return ()
    unasked = [
        clause
        for clause in clauses
        if clause.clause.level.binding
        and clause.clause.id not in named
        and not _does_not_fit(plan, clause)
        and _was_never_asked(clause, results)
    ]
    if not unasked:
        return ()
    lines = [f"# {clause.clause.id}: {clause.reason}" for clause in unasked[:_NAMED]]
    more = [f"# and {len(unasked) - _NAMED} more"] if len(unasked) > _NAMED else []
    ids = tuple(clause.clause.id for clause in unasked)
    return (Task(_TITLE, ids, "\n".join([_HOW, *lines, *more])),)


def _was_never_asked(clause: ClauseResult, results: Sequence[CheckResult]) -> bool:
    if any(results[number].exercised for number in clause.results):
        return False
    if clause.verdict is Verdict.NOT_TESTED:
        return clause.kind is NotTestedKind.NO_CHECK
    return clause.verdict in (Verdict.NOT_APPLICABLE, Verdict.INCONCLUSIVE)


def _does_not_fit(plan: Plan, clause: ClauseResult) -> bool:
    """Whether a built-in clause of receivers is about what the scheme does not have."""
    return plan.policy.actor == "receiver" and clause.verdict is Verdict.NOT_APPLICABLE
