"""Judge a clause from the results of its checks, and decide the consequence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from apicheck.judge.waivers import apply_waiver
from apicheck.model.check import Check
from apicheck.model.plan import Plan, PlannedClause
from apicheck.model.policy import Clause, Policy, list_separate_facts, paths_overlap
from apicheck.model.results import CheckResult, ClauseResult, OperationResult, Standing
from apicheck.model.subject import RunContext, SubjectKind
from apicheck.model.target import Mode, Target
from apicheck.model.verdict import (
    Consequence,
    Level,
    NotTested,
    NotTestedKind,
    Verdict,
)

_OUT_OF_COUNT = frozenset(
    {
        NotTestedKind.OTHER_ACTOR,
        NotTestedKind.OUT_OF_SCOPE,
        NotTestedKind.SELECTED_OUT,
        NotTestedKind.NEEDS_CONTROL,
        NotTestedKind.NEEDS_EFFECTS,
    }
)
"""Kinds of not-tested that the run lists beside its word without counting them."""

_ALL_RESPONSES = "responses"
_OPEN = (Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.NOT_TESTED)


def roll_up(verdicts: Counter[Verdict]) -> Verdict:
    """Combine the verdicts of a clause's subjects into one; defined for every combination."""
    for decisive in (Verdict.FAIL, Verdict.ERROR, Verdict.REVIEW):
        if verdicts[decisive]:
            return decisive
    undecided, left = verdicts[Verdict.INCONCLUSIVE], verdicts[Verdict.NOT_TESTED]
    if verdicts[Verdict.PASS]:
        return Verdict.PARTIAL if undecided or left else Verdict.PASS
    if undecided:
        return Verdict.INCONCLUSIVE
    return Verdict.NOT_TESTED if left else Verdict.NOT_APPLICABLE


def judge_clauses(
    plan: Plan, results: Sequence[CheckResult], operations: Sequence[OperationResult] = ()
) -> tuple[ClauseResult, ...]:
    """Judge every clause, in the policy's order."""
    known = {one.operation: one for one in operations}
    by_check: dict[str, list[int]] = {}
    for number, result in enumerate(results):
        by_check.setdefault(result.check, []).append(number)
    return tuple(
        _judge_clause(
            plan,
            planned,
            {
                number: results[number]
                for number in sorted(n for check in planned.checks for n in by_check.get(check, ()))
            },
            known,
        )
        for planned in plan.clauses
    )


def find_broken(plan: Plan, results: Sequence[CheckResult]) -> frozenset[str]:
    """Find the clauses that some result fails, by id: those that `judge_clauses` lets fail."""
    failed = [result for result in results if result.verdict is Verdict.FAIL]
    return frozenset(
        planned.clause.id
        for planned in plan.clauses
        if planned.why is None
        and any(
            _counts_for(plan, planned.clause, result)
            and _narrow(plan, planned, result).verdict is Verdict.FAIL
            for result in failed
            if result.check in planned.checks
        )
    )


def _judge_clause(
    plan: Plan,
    planned: PlannedClause,
    results: Mapping[int, CheckResult],
    operations: Mapping[str, OperationResult],
) -> ClauseResult:
    """Judge a clause. results: of its checks, by their numbers among all results."""
    clause = planned.clause
    if planned.why is not None:
        return _leave_untested(clause, planned)
    numbers = [number for number, one in results.items() if _counts_for(plan, clause, one)]
    speaking = [_narrow(plan, planned, results[number]) for number in numbers]
    verdicts = Counter(result.verdict for result in speaking)
    kinds = {result.kind for result in speaking if result.verdict is Verdict.NOT_TESTED}
    silent = _find_silent(clause, planned, speaking, plan.checks)
    if silent or not speaking:
        # In a restricted mode nothing was observed because the request was not sent.
        held_back = plan.context.mode is not Mode.FULL
        verdicts[Verdict.NOT_TESTED if held_back else Verdict.INCONCLUSIVE] += 1
        kinds |= {NotTestedKind.READ_ONLY} if held_back and not kinds else set()
    verdict = roll_up(verdicts)
    reason = explain_verdict(verdict, speaking, silent)
    closed = find_closed(speaking, operations) if verdict is Verdict.PASS else ()
    if closed:
        verdict, kinds = Verdict.PARTIAL, {one.kind for one in closed}
        reason = f"{reason}, but by refusals alone: {describe_closed(closed)}"
    kind = next(iter(kinds)) if len(kinds) == 1 else None
    counted = verdict is not Verdict.NOT_TESTED or not all(k in _OUT_OF_COUNT for k in kinds)
    capped = _find_capping_fact(clause, speaking, plan)
    consequence = _decide_consequence(clause.level, verdict, capped=bool(capped))
    judged = ClauseResult(
        clause=clause,
        verdict=verdict,
        consequence=consequence,
        reason=reason,
        in_scope=counted,
        results=tuple(numbers),
        outcomes=planned.outcomes,
        tally={str(v): n for v, n in sorted(verdicts.items())},
        kind=kind,
        capped_by=capped if consequence is Consequence.WARNING else "",
    )
    return apply_waiver(plan, judged, speaking)


def _narrow(plan: Plan, planned: PlannedClause, result: CheckResult) -> CheckResult:
    declared = [outcome.id for outcome in plan.checks[result.check].outcomes]
    return result.narrow(planned.outcomes.get(result.check, ()), declared)


def find_closed(
    speaking: Sequence[CheckResult], operations: Mapping[str, OperationResult]
) -> tuple[OperationResult, ...]:
    """Find the operations of a clause's passes, if none of them accepted a request.

    A server that refuses everything keeps every promise of a refusal.
    """
    names = [result.operation for result in speaking if result.verdict is Verdict.PASS]
    passed = [operations[name] for name in dict.fromkeys(names) if name in operations]
    if not all(names) or any(one.standing is Standing.ACCEPTED for one in passed):
        return ()
    return tuple(passed)


def describe_closed(closed: Sequence[OperationResult]) -> str:
    """Describe operations none of which accepted a request."""
    first = closed[0]
    why = f" ({first.reason})" if first.reason else ""
    if len(closed) == 1:
        return f"{first.operation} accepted no request{why}"
    return (
        f"none of its {len(closed)} operations accepted a request, such as {first.operation}{why}"
    )


def _leave_untested(clause: Clause, planned: PlannedClause) -> ClauseResult:
    why = planned.why
    assert why is not None
    kind = why.kind if isinstance(why, NotTested) else None
    verdict = Verdict.NOT_TESTED if isinstance(why, NotTested) else Verdict.NOT_APPLICABLE
    if clause.attest and kind is NotTestedKind.OTHER_ACTOR:
        verdict, kind = Verdict.REVIEW, None
    reason = f"to attest: {clause.attest}" if verdict is Verdict.REVIEW else why.reason
    counted = kind is not None and kind not in _OUT_OF_COUNT
    return ClauseResult(clause, verdict, Consequence.NONE, reason, in_scope=counted, kind=kind)


def _counts_for(plan: Plan, clause: Clause, result: CheckResult) -> bool:
    """Whether a result of a clause's checks counts for it; one about a clause, for that alone."""
    if plan.checks[result.check].subject_kind is SubjectKind.CLAUSE:
        return result.subject == clause.id
    return _is_about_facts(clause, result) and _is_about_operations(clause, result, plan.context)


def _is_about_facts(clause: Clause, result: CheckResult) -> bool:
    """Whether a result is about the facts that a clause names, if it names any.

    A result without facts counts only if its verdict is open, or it speaks of the whole check: then
    it does so for all facts.
    """
    if not clause.facts:
        return True
    if not result.facts:
        return result.verdict in _OPEN or result.subject == "*"
    return any(_is_about(path, wanted) for wanted in clause.facts for path in result.facts)


def _is_about(path: str, wanted: str) -> bool:
    """Whether a result about a fact is about a wanted one; what is of all responses is of none."""
    return paths_overlap(path, wanted) and (path != _ALL_RESPONSES or path == wanted)


def _is_about_operations(clause: Clause, result: CheckResult, context: RunContext) -> bool:
    if clause.ops is None:
        return True
    if not result.operation:
        return result.verdict in (Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE)
    return context.selects(clause.ops, context.spec.operation(result.operation))


def _find_silent(
    clause: Clause,
    planned: PlannedClause,
    speaking: Sequence[CheckResult],
    checks: Mapping[str, Check],
) -> tuple[str, ...]:
    """Find passive checks that the clause names by id and that observed nothing for it."""
    observed = {result.check for result in speaking}
    by_id = {pattern.partition("#")[0] for pattern in clause.checks}
    named = [c for c in planned.checks if c in by_id and checks[c].passive]
    return tuple(c for c in named if c not in observed)


def _find_capping_fact(clause: Clause, speaking: Sequence[CheckResult], plan: Plan) -> str:
    """Find the fact of grade T or A on which the clause's fails rest, "" when there is none."""
    failed = [result for result in speaking if result.verdict is Verdict.FAIL]
    paths = [
        path for result in failed for path in (*result.facts, *plan.checks[result.check].reads)
    ]
    separate = list_separate_facts(plan.policy) if failed else ()
    for result in failed:
        others = [one for one in separate if not _concerns(result, one)]
        for path in (*result.facts, *plan.checks[result.check].reads):
            if graded := _find_weak_fact(path, plan.policy, plan.target, others):
                return graded
    if paths and clause.grade.caps_consequence and not _is_confirmed(paths, plan.target):
        return f"clause {clause.id}"
    return ""


def _concerns(result: CheckResult, separate: str) -> bool:
    """Whether a result may rest on a rule or bucket: it is about it, or about nothing named."""
    return not result.facts or any(paths_overlap(separate, fact) for fact in result.facts)


def _find_weak_fact(path: str, policy: Policy, target: Target, others: Sequence[str]) -> str:
    """Find a fact of grade T or A at a path. others: rules and buckets that it is not about."""
    for fact, grade in policy.grades.items():
        if (
            paths_overlap(path, fact)
            and grade.caps_consequence
            and not _is_confirmed([fact], target)
            and not any(fact == one or fact.startswith(f"{one}.") for one in others)
        ):
            return fact
    return ""


def _is_confirmed(paths: Sequence[str], target: Target) -> bool:
    return any(
        path == fact or path.startswith(f"{fact}.") for path in paths for fact in target.confirmed
    )


def _decide_consequence(level: Level, verdict: Verdict, *, capped: bool) -> Consequence:
    if level in (Level.MAY, Level.INFO):
        return {
            Verdict.PASS: Consequence.OBSERVED,
            Verdict.FAIL: Consequence.NOT_OBSERVED,
        }.get(verdict, Consequence.NONE)
    if verdict is not Verdict.FAIL:
        return Consequence.NONE
    return Consequence.VIOLATION if level.binding and not capped else Consequence.WARNING


def explain_verdict(
    verdict: Verdict, speaking: Sequence[CheckResult], silent: tuple[str, ...] = ()
) -> str:
    """Explain the verdict that results have together, in one line.

    silent: passive checks that the clause names and that observed nothing for it.
    """
    if not speaking:
        return "the run observed nothing that tests it"
    total = sum(result.verdict is not Verdict.NOT_APPLICABLE for result in speaking)
    decisive = [result for result in speaking if result.verdict is verdict]
    match verdict:
        case Verdict.FAIL:
            outcomes = dict.fromkeys(f.outcome for r in decisive for f in r.failures)
            return f"{len(decisive)} of {total} subjects fail: {', '.join(outcomes)}"
        case Verdict.PASS:
            return f"{total} of {total} subjects pass"
        case Verdict.PARTIAL:
            passed = sum(result.verdict is Verdict.PASS for result in speaking)
            return f"{passed} of {total} subjects pass; {_explain_open(speaking, silent)}"
        case _ if decisive:
            counted = f"{len(decisive)} of {total} subjects: " if total > 1 else ""
            return f"{counted}{decisive[0].reason}"
        case _:
            return f"the run observed nothing for {', '.join(silent)}"


def _explain_open(speaking: Sequence[CheckResult], silent: tuple[str, ...]) -> str:
    """Explain what leaves a clause open beside its passes, each verdict with its first reason."""
    parts = []
    for verdict, words in ((Verdict.NOT_TESTED, "not tested"), (Verdict.INCONCLUSIVE, "undecided")):
        rows = [result for result in speaking if result.verdict is verdict]
        if rows:
            subject = "" if rows[0].subject == "*" else f"{rows[0].subject}: "
            parts.append(f"{len(rows)} {words}: {subject}{rows[0].reason} ({rows[0].check})")
    if silent:
        parts.append(f"the run observed nothing for {', '.join(silent)}")
    return "; ".join(parts)
