"""Decide the run's one word and its scope, and collect the tasks that would complete the run."""

from __future__ import annotations

from collections.abc import Sequence

from apicheck.model.plan import Options, Plan
from apicheck.model.results import CheckResult, ClauseResult, PreflightItem, Task, Word
from apicheck.model.verdict import (
    EXIT_CODES,
    Consequence,
    NotTestedKind,
    RunWord,
    Verdict,
)

_TASKS_AT_MOST = 5
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
) -> Word:
    """Decide the word, its exit code, its scope and the reason for it."""
    musts = [c for c in clauses if c.clause.level.binding and c.in_scope]
    violated = [c for c in musts if c.consequence is Consequence.VIOLATION]
    passed = [
        c
        for c in musts
        if c.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)
        or c.consequence is Consequence.WARNING
    ]
    open_ = [
        c for c in musts if c.verdict in _LEFT_OPEN and not _is_excused(c, results, plan.options)
    ]
    broken = [item for item in preflight if item.verdict is Verdict.ERROR]
    if broken and not violated:
        word, why = RunWord.INVALID, f"preflight failed: {broken[0].message}"
    elif violated:
        word, why = RunWord.NOT_CONFORMANT, _describe_violations(violated)
    elif not any(c.verdict is Verdict.PASS for c in musts):
        word, why = RunWord.INVALID, "no must-clause passed, so the run shows nothing"
    elif open_:
        word, why = RunWord.INCOMPLETE, _describe_open(open_)
    else:
        word, why = RunWord.CONFORMANT, "every automatic must-clause in scope holds"
    return Word(
        word=word,
        exit_code=EXIT_CODES[word],
        scope=_describe_scope(plan, clauses, len(passed), len(musts)),
        why=why,
        partial=plan.options.partial,
    )


def _is_excused(clause: ClauseResult, results: Sequence[CheckResult], options: Options) -> bool:
    """Whether `--allow-incomplete` names every kind of not-tested that leaves a clause open."""
    if clause.verdict not in (Verdict.NOT_TESTED, Verdict.PARTIAL) or not options.allow_incomplete:
        return False
    kinds = {results[n].kind for n in clause.results if results[n].verdict is Verdict.NOT_TESTED}
    if clause.kind:
        kinds.add(clause.kind)
    return bool(kinds) and all(kind in options.allow_incomplete for kind in kinds)


def _describe_violations(violated: Sequence[ClauseResult]) -> str:
    names = ", ".join(c.clause.id for c in violated[:5])
    more = f" and {len(violated) - 5} more" if len(violated) > 5 else ""
    clauses = "must-clause is" if len(violated) == 1 else "must-clauses are"
    return f"{len(violated)} {clauses} violated: {names}{more}"


def _describe_open(open_: Sequence[ClauseResult]) -> str:
    by_verdict: dict[str, list[str]] = {}
    for clause in open_:
        word = f"{clause.verdict} ({clause.kind})" if clause.kind else str(clause.verdict)
        by_verdict.setdefault(word, []).append(clause.clause.id)
    return "; ".join(
        f"{word}: {', '.join(ids[:4])}{' …' if len(ids) > 4 else ''}"
        for word, ids in by_verdict.items()
    )


def _describe_scope(plan: Plan, clauses: Sequence[ClauseResult], passed: int, total: int) -> str:
    parts = [f"{passed} of {total} automatic must-clauses of the provider met"]
    attest = sum(c.verdict is Verdict.REVIEW for c in clauses)
    beside = {
        f"out of scope by {plan.target.file or 'the target'}": NotTestedKind.OUT_OF_SCOPE,
        "need a control protocol": NotTestedKind.NEEDS_CONTROL,
        "of other actors": NotTestedKind.OTHER_ACTOR,
        "not selected": NotTestedKind.SELECTED_OUT,
    }
    if attest:
        parts.append(f"{attest} to attest")
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


def collect_tasks(
    clauses: Sequence[ClauseResult],
    results: Sequence[CheckResult],
    preflight: Sequence[PreflightItem] = (),
    *,
    stopped: bool = False,
) -> tuple[Task, ...]:
    """Group what is missing into at most five tasks; the one that unblocks most clauses is first.

    stopped: the run was interrupted or killed, so a larger budget would not help.
    """
    broken = [item.message for item in preflight if item.verdict is Verdict.ERROR]
    wanted: dict[tuple[str, str], tuple[list[str], set[str]]] = {}
    for clause in clauses:
        for number in clause.results:
            result = results[number]
            if result.verdict is not Verdict.NOT_TESTED or result.kind is None:
                continue
            if result.kind is NotTestedKind.SELECTED_OUT:
                continue
            unplayed = result.kind is NotTestedKind.NEEDS_BUDGET and not result.remedy
            key = _name_task(result)
            if unplayed and broken:
                key = (result.kind, "Fix the problems found before the run")
            elif unplayed and stopped:
                key = (result.kind, "Run it again, to its end")
            lines, ids = wanted.setdefault(key, ([], set()))
            ids.add(clause.clause.id)
            if unplayed and broken:
                lines.extend(f"# {words}" for words in broken if f"# {words}" not in lines)
            if result.remedy and result.remedy not in lines:
                lines.append(result.remedy)
    ranked = sorted(wanted.items(), key=lambda item: (-len(item[1][1]), item[0]))
    return tuple(
        Task(title, tuple(sorted(ids)), _merge_remedies(lines))
        for (_, title), (lines, ids) in ranked[:_TASKS_AT_MOST]
    )


_TITLES = {
    NotTestedKind.NEEDS_REQUEST: "Give values that make these operations accept a request",
    NotTestedKind.READ_ONLY: "Allow requests that change state, where that is safe",
    NotTestedKind.NEEDS_CONTROL: "Offer the control protocol on a staging server",
    NotTestedKind.NEEDS_LISTENER: "Give the provider the URL at which apicheck receives webhooks",
    NotTestedKind.NEEDS_BUDGET: "Give the run a larger budget",
}


def _name_task(result: CheckResult) -> tuple[str, str]:
    assert result.kind is not None
    title = _TITLES.get(result.kind, result.reason.partition(": ")[2] or result.reason)
    if result.kind is NotTestedKind.NEEDS_IDENTITY:
        title = "Give apicheck an identity, or a client that can get tokens"
    return result.kind, title


def _merge_remedies(lines: Sequence[str]) -> str:
    """Merge remedies into one piece of TOML, with each table once and its keys below it."""
    tables: dict[str, list[str]] = {}
    for remedy in lines:
        head, *keys = remedy.splitlines()
        for key in keys or [""]:
            if key not in tables.setdefault(head, []):
                tables[head].append(key)
    return "\n".join("\n".join([head, *filter(None, keys)]) for head, keys in tables.items())
