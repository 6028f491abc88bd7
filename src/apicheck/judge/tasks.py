"""Collect the tasks that would complete the run, each with the lines to paste."""

from __future__ import annotations

from collections.abc import Sequence

from apicheck.judge.operations import explain_wrong_base
from apicheck.judge.remedies import Remedies
from apicheck.judge.unasked import name_unasked
from apicheck.model.plan import Plan
from apicheck.model.results import CheckResult, ClauseResult, OperationResult, PreflightItem, Task
from apicheck.model.verdict import NotTestedKind, Verdict

_TASKS_AT_MOST = 5
_AWAITED = "Let what the run waited for reach it in time"


def collect_tasks(
    plan: Plan,
    clauses: Sequence[ClauseResult],
    results: Sequence[CheckResult],
    preflight: Sequence[PreflightItem] = (),
    operations: Sequence[OperationResult] = (),
    *,
    stopped: bool = False,
) -> tuple[Task, ...]:
    """Group what is missing into at most five tasks; the one that unblocks most clauses is first.

    A further one names the must-clauses that nothing asked. The lines of all tasks together are
    TOML that can be added to the target file.
    stopped: the run was interrupted or killed, so a larger budget would not help.
    """
    remedies = Remedies(plan.target.file)
    if wrong_base := explain_wrong_base(plan, operations, preflight):
        return (Task("Correct base_url", (), remedies.merge([wrong_base])),)
    broken = [item.message for item in preflight if item.verdict is Verdict.ERROR]
    wanted: dict[tuple[str, str], tuple[list[str], set[str]]] = {}
    for clause in clauses:
        for number in clause.results:
            result = results[number]
            awaited = result.verdict is Verdict.INCONCLUSIVE and result.remedy
            if not awaited and (result.verdict is not Verdict.NOT_TESTED or result.kind is None):
                continue
            if result.kind is NotTestedKind.SELECTED_OUT:
                continue
            unplayed = result.kind is NotTestedKind.NEEDS_BUDGET and not result.remedy
            key = _name_task(result)
            if unplayed and broken:
                key = (key[0], "Fix the problems found before the run")
            elif unplayed and stopped:
                key = (key[0], "Run it again, to its end")
            lines, ids = wanted.setdefault(key, ([], set()))
            ids.add(clause.clause.id)
            if unplayed and broken:
                lines.extend(f"# {words}" for words in broken if f"# {words}" not in lines)
            silent = result.kind is NotTestedKind.NO_RESPONSE
            remedy = f"# {result.operation}: {result.reason}" if silent else result.remedy
            if remedy and remedy not in lines:
                lines.append(remedy)
    ranked = sorted(wanted.items(), key=lambda item: (-len(item[1][1]), item[0]))
    tasks = tuple(
        Task(title, tuple(sorted(ids)), remedies.merge(lines))
        for (_, title), (lines, ids) in ranked[:_TASKS_AT_MOST]
    )
    named = {name for _, ids in wanted.values() for name in ids}
    return tasks + name_unasked(plan, clauses, results, named)


_TITLES = {
    NotTestedKind.NEEDS_REQUEST: "Give values that make these operations accept a request",
    NotTestedKind.NO_RESPONSE: "Find out why these operations send no response",
    NotTestedKind.HAZARD: "Allow what may end a credential or the server, where that is safe",
    NotTestedKind.READ_ONLY: "Allow requests that change state, where that is safe",
    NotTestedKind.NEEDS_CONTROL: "Offer the control protocol on a staging server",
    NotTestedKind.NEEDS_EFFECTS: "Say where the ids of processed deliveries show",
    NotTestedKind.NEEDS_LISTENER: "Give the provider the URL at which apicheck receives webhooks",
    NotTestedKind.NEEDS_ENDPOINT: "Say where the API is by TLS, by plain HTTP and for each region",
    NotTestedKind.NEEDS_BUDGET: "Give the run a larger budget",
}


def _name_task(result: CheckResult) -> tuple[str, str]:
    if result.kind is None:
        return "", _AWAITED
    title = _TITLES.get(result.kind, result.reason.partition(": ")[2] or result.reason)
    if result.kind is NotTestedKind.NEEDS_IDENTITY:
        title = "Give apicheck an identity, or a client that can get tokens"
    return result.kind, title
