"""Decide the run's one word and its scope."""

from __future__ import annotations

from collections.abc import Sequence

from apicheck.judge.operations import explain_wrong_base
from apicheck.model.ending import Ending
from apicheck.model.plan import Options, Plan
from apicheck.model.results import (
    CheckResult,
    ClauseResult,
    OperationResult,
    PreflightItem,
    Standing,
    Word,
)
from apicheck.model.verdict import (
    EXIT_CODES,
    Consequence,
    NotTestedKind,
    RunWord,
    Verdict,
)

_NAMED = 5
_CONFORMANT = (RunWord.CONFORMANT, RunWord.CONFORMANT_WITH_WAIVERS)
_LEFT_OPEN = (
    Verdict.ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.PARTIAL,
    Verdict.NOT_TESTED,
    Verdict.REVIEW,
)


def decide_word(
    plan: Plan,
    clauses: Sequence[ClauseResult],
    results: Sequence[CheckResult],
    preflight: Sequence[PreflightItem],
    operations: Sequence[OperationResult] = (),
    endings: Sequence[Ending] = (),
) -> Word:
    """Decide the word, its exit code, its scope and the reason for it.

    endings: of credentials and of the server. After one that nothing mended, the run is not
    conformant only by what had been confirmed before, and conformant never.
    """
    musts = [c for c in clauses if c.clause.level.binding and c.in_scope]
    left = [c for c in musts if c.verdict in _LEFT_OPEN]
    word, why = _decide(plan, clauses, results, preflight, operations)
    kept, _ = _decide(plan, clauses, results, preflight, operations, forgiving=True)
    if lasting := [ending.reason for ending in endings if ending.until is None]:
        spoiled = word in _CONFORMANT
        why = lasting[0] if spoiled else f"{lasting[0]}; {why}"
        word = RunWord.INCOMPLETE if spoiled else word
        kept = RunWord.INCOMPLETE if kept in _CONFORMANT else kept
    return Word(
        word=word,
        exit_code=EXIT_CODES[word],
        scope=_describe_scope(plan, clauses, operations, len(musts) - len(left)),
        why=why,
        partial=plan.options.partial,
        without_violations=EXIT_CODES[kept],
    )


def _decide(
    plan: Plan,
    clauses: Sequence[ClauseResult],
    results: Sequence[CheckResult],
    preflight: Sequence[PreflightItem],
    operations: Sequence[OperationResult],
    *,
    forgiving: bool = False,
) -> tuple[RunWord, str]:
    """Decide the word and the reason for it. forgiving: as if no clause were violated."""
    musts = [c for c in clauses if c.clause.level.binding and c.in_scope]
    violated = [c for c in musts if c.consequence is Consequence.VIOLATION]
    left = [c for c in musts if c.verdict in _LEFT_OPEN]
    counted = [c for c in left if not _is_excused(c, results, plan.options)]
    broken = [item for item in preflight if item.verdict is Verdict.ERROR]
    if wrong_base := explain_wrong_base(plan, operations, preflight):
        return RunWord.INVALID, wrong_base
    if violated and not forgiving:
        return RunWord.NOT_CONFORMANT, _describe_violations(violated, left)
    if broken:
        return RunWord.INVALID, f"preflight failed: {broken[0].message}"
    if not violated and not any(map(_shows_something, musts)):
        return RunWord.INVALID, "nothing passed for any must-clause, so the run shows nothing"
    if counted:
        return RunWord.INCOMPLETE, _describe_open(counted)
    others = " that is not waived" if any(c.waived for c in musts) else ""
    holds = f"every automatic must-clause in scope{others} holds"
    if left:
        tested = f"every must-clause that was tested{others and ' and'}{others} holds"
        holds = f"{tested}; left open: {_describe_open(left)}"
    waived = [
        c
        for c in clauses
        if c.clause.level.binding and (c.waived or c.kind is NotTestedKind.OUT_OF_SCOPE)
    ]
    if waived:
        return RunWord.CONFORMANT_WITH_WAIVERS, f"{holds}; waived: {_name(waived)}"
    return RunWord.CONFORMANT, holds


def _shows_something(clause: ClauseResult) -> bool:
    """Whether a clause was tested on some subject: it passed there, or fails as a warning."""
    return (
        clause.verdict is Verdict.PASS
        or bool(clause.tally.get(Verdict.PASS))
        or clause.consequence is Consequence.WARNING
    )


def _is_excused(clause: ClauseResult, results: Sequence[CheckResult], options: Options) -> bool:
    """Whether `--allow-incomplete` names every kind of not-tested that leaves a clause open."""
    if clause.verdict not in (Verdict.NOT_TESTED, Verdict.PARTIAL) or not options.allow_incomplete:
        return False
    if clause.tally.get(Verdict.INCONCLUSIVE):
        return False
    kinds = {results[n].kind for n in clause.results if results[n].verdict is Verdict.NOT_TESTED}
    if clause.kind:
        kinds.add(clause.kind)
    return bool(kinds) and all(kind in options.allow_incomplete for kind in kinds)


def _describe_violations(violated: Sequence[ClauseResult], left: Sequence[ClauseResult]) -> str:
    clauses = "must-clause is" if len(violated) == 1 else "must-clauses are"
    words = f"{len(violated)} {clauses} violated: {_name(violated)}"
    return f"{words}; left open: {_describe_open(left)}" if left else words


def _name(clauses: Sequence[ClauseResult]) -> str:
    shown = clauses if len(clauses) == _NAMED + 1 else clauses[:_NAMED]
    names = ", ".join(c.clause.id for c in shown)
    more = f" and {len(clauses) - _NAMED} more" if len(clauses) > len(shown) else ""
    return names + more


def _describe_open(open_: Sequence[ClauseResult]) -> str:
    by_verdict: dict[str, list[str]] = {}
    for clause in open_:
        word = f"{clause.verdict} ({clause.kind})" if clause.kind else str(clause.verdict)
        by_verdict.setdefault(word, []).append(clause.clause.id)
    return "; ".join(
        f"{word}: {', '.join(ids[:4])}{' …' if len(ids) > 4 else ''}"
        for word, ids in by_verdict.items()
    )


def _describe_scope(
    plan: Plan,
    clauses: Sequence[ClauseResult],
    operations: Sequence[OperationResult],
    decided: int,
) -> str:
    musts = [c for c in clauses if c.clause.level.binding and c.in_scope]
    violated = sum(c.consequence is Consequence.VIOLATION or c.waived for c in musts)
    actor = plan.policy.actor
    idle = sum(c.verdict is Verdict.NOT_APPLICABLE for c in musts)  # neither kept nor broken
    met, of = decided - violated - idle, len(musts) - idle
    noun = "must-clause" if of == 1 else "must-clauses"
    parts = [f"{met} of the {actor}'s {of} automatically tested {noun} met"]
    if operations:
        accepted = sum(one.standing is Standing.ACCEPTED for one in operations)
        noun = "operation" if len(operations) == 1 else "operations"
        parts.append(f"{accepted} of {len(operations)} {noun} accepted a request")
    if waived := sum(c.waived for c in musts):
        parts.append(f"{waived} waived")
    if idle:
        parts.append(f"{idle} not applicable here")
    attest = sum(c.verdict is Verdict.REVIEW for c in clauses)
    beside = {
        f"out of scope by {plan.target.file or 'the target'}": NotTestedKind.OUT_OF_SCOPE,
        "need a control protocol": NotTestedKind.NEEDS_CONTROL,
        "need a view of the receiver's effects": NotTestedKind.NEEDS_EFFECTS,
        "more that bind other parties": NotTestedKind.OTHER_ACTOR,
        "not selected": NotTestedKind.SELECTED_OUT,
    }
    if attest:
        parts.append(f"{attest} more for a person to attest")
    for words, kind in beside.items():
        number = sum(c.kind is kind and not c.in_scope for c in clauses)
        if number:
            parts.append(f"{number} {words}")
    unchecked = sum(c.kind is NotTestedKind.NO_CHECK for c in clauses)
    if unchecked:
        parts.append(f"{unchecked} without a check yet")
    warnings = sum(c.consequence is Consequence.WARNING for c in clauses)
    if warnings:
        parts.append(f"{warnings} warnings" if warnings > 1 else "1 warning")
    if plan.options.allow_incomplete:
        parts.append(f"incomplete allowed: {', '.join(plan.options.allow_incomplete)}")
    return "; ".join(parts)
