"""Collect findings: one for each cause, with every result that it affects."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from apicheck.model.check import Check
from apicheck.model.json import describe_value
from apicheck.model.plan import Plan
from apicheck.model.policy import FactOrigin
from apicheck.model.results import CheckResult, ClauseResult, FailureSummary, Finding
from apicheck.model.verdict import Severity

_WITNESSES = 5
_FACTS_SHOWN = 8


def make_finding_id(check: str, outcome: str, detail: str) -> str:
    """Make an id that the same cause has in every run."""
    return hashlib.sha256(f"{check}\n{outcome}\n{detail}".encode()).hexdigest()[:10]


def collect_findings(
    plan: Plan, results: Sequence[CheckResult], clauses: Sequence[ClauseResult]
) -> tuple[Finding, ...]:
    """Collect every cause, the most severe first, else in the order of the results.

    An outcome that the clauses of its check do not take is no finding: it breaks no promise.
    """
    causes: dict[tuple[str, str, str], list[tuple[int, FailureSummary]]] = {}
    for number, result in enumerate(results):
        for failure in result.failures:
            key = (result.check, failure.outcome, failure.detail)
            causes.setdefault(key, []).append((number, failure))
    clauses_of: dict[tuple[int, str], list[str]] = {}
    for clause in clauses:
        for number in clause.results:
            taken = clause.outcomes.get(results[number].check, ())
            for outcome in dict.fromkeys(f.outcome for f in results[number].failures):
                if not taken or outcome in taken:
                    clauses_of.setdefault((number, outcome), []).append(clause.clause.id)
    claimed = {number for clause in clauses for number in clause.results}
    found = [
        _build_finding(plan.checks[key[0]], key, members, results, clauses_of, plan.policy.origins)
        for key, members in causes.items()
        if any((n, key[1]) in clauses_of or n not in claimed for n, _ in members)
    ]
    return tuple(sorted(found, key=lambda finding: -finding.severity))


def _build_finding(
    check: Check,
    key: tuple[str, str, str],
    members: Sequence[tuple[int, FailureSummary]],
    results: Sequence[CheckResult],
    clauses_of: Mapping[tuple[int, str], Sequence[str]],
    origins: Sequence[FactOrigin],
) -> Finding:
    clearest = min((failure for _, failure in members), key=lambda f: (len(f.case), f.case))
    hit = [results[number] for number, _ in members]
    evidence = (*clearest.evidence, *(e for _, failure in members for e in failure.evidence))
    subjects: dict[str, dict[str, None]] = {}
    for number, failure in members:
        subjects.setdefault(_describe_actual(failure), {})[results[number].subject] = None
    actual = _describe_actual(clearest)
    return Finding(
        id=make_finding_id(*key),
        check=key[0],
        outcome=key[1],
        detail=key[2],
        severity=_find_severity(check.outcome(key[1]).severity, members),
        expected=clearest.expected,
        actual=actual,
        operations=tuple(dict.fromkeys(result.operation for result in hit if result.operation)),
        subjects=tuple(dict.fromkeys(result.subject for result in hit)),
        clauses=tuple(
            dict.fromkeys(c for number, _ in members for c in clauses_of.get((number, key[1]), ()))
        ),
        count=sum(failure.count for _, failure in members),
        evidence=tuple(dict.fromkeys(evidence))[:_WITNESSES],
        curl="",
        facts=_list_facts(check, hit, origins),
        elsewhere={
            what: tuple(found)
            for what, names in subjects.items()
            if what != actual
            and (found := [name for name in names if name not in subjects[actual]])
        },
    )


def _describe_actual(failure: FailureSummary) -> str:
    """What came, and for which case of a table it came."""
    named = not failure.case or failure.case in failure.actual
    return failure.actual if named else f"{failure.actual} for {failure.case}"


def _find_severity(usual: Severity, members: Sequence[tuple[int, FailureSummary]]) -> Severity:
    """The severity of the outcome, or a lower one where every failure has a doubt."""
    ceilings = [usual if failure.at_most is None else failure.at_most for _, failure in members]
    return min(usual, max(ceilings))


def _list_facts(
    check: Check, hit: Sequence[CheckResult], origins: Sequence[FactOrigin]
) -> tuple[str, ...]:
    """List the facts of a finding: those of its results, else those that the check reads."""
    paths = {path for result in hit for path in result.facts} or set(check.reads)
    found = [
        f"{origin.path} = {describe_value(origin.value)} ({origin.place})"
        for origin in origins
        if any(origin.path == path or origin.path.startswith(f"{path}.") for path in paths)
    ]
    return tuple(found[:_FACTS_SHOWN])
