"""Findings: one for each cause, whatever it touches."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from apicheck.model.check import Check
from apicheck.model.json import describe_value
from apicheck.model.plan import Plan
from apicheck.model.policy import FactOrigin
from apicheck.model.results import CheckResult, ClauseResult, FailureSummary, Finding

_WITNESSES = 5
_FACTS_SHOWN = 8


def make_finding_id(check: str, outcome: str, detail: str) -> str:
    """The same cause has the same id in every run."""
    return hashlib.sha256(f"{check}\n{outcome}\n{detail}".encode()).hexdigest()[:10]


def collect_findings(
    plan: Plan, results: Sequence[CheckResult], clauses: Sequence[ClauseResult]
) -> tuple[Finding, ...]:
    """Every cause, the worst first, then in the order in which the checks found them."""
    causes: dict[tuple[str, str, str], list[tuple[int, FailureSummary]]] = {}
    for number, result in enumerate(results):
        for failure in result.failures:
            key = (result.check, failure.outcome, failure.detail)
            causes.setdefault(key, []).append((number, failure))
    touching: dict[int, list[str]] = {}
    for clause in clauses:
        for number in clause.results:
            touching.setdefault(number, []).append(clause.clause.id)
    found = [
        _finding(plan.checks[key[0]], key, members, results, touching, plan.policy.origins)
        for key, members in causes.items()
    ]
    return tuple(sorted(found, key=lambda finding: -finding.severity))


def _finding(
    check: Check,
    key: tuple[str, str, str],
    members: Sequence[tuple[int, FailureSummary]],
    results: Sequence[CheckResult],
    touching: Mapping[int, Sequence[str]],
    origins: Sequence[FactOrigin],
) -> Finding:
    clearest = min((failure for _, failure in members), key=lambda f: (len(f.case), f.case))
    hit = [results[number] for number, _ in members]
    evidence = (*clearest.evidence, *(e for _, failure in members for e in failure.evidence))
    told = not clearest.case or clearest.case in clearest.actual
    shown = "" if told else f" for {clearest.case}"
    return Finding(
        id=make_finding_id(*key),
        check=key[0],
        outcome=key[1],
        detail=key[2],
        severity=check.outcome(key[1]).severity,
        expected=clearest.expected,
        actual=clearest.actual + shown,
        operations=tuple(dict.fromkeys(result.operation for result in hit if result.operation)),
        subjects=tuple(dict.fromkeys(result.subject for result in hit)),
        clauses=tuple(dict.fromkeys(c for number, _ in members for c in touching.get(number, ()))),
        count=sum(failure.count for _, failure in members),
        evidence=tuple(dict.fromkeys(evidence))[:_WITNESSES],
        curl="",
        facts=_facts(check, hit, origins),
    )


def _facts(
    check: Check, hit: Sequence[CheckResult], origins: Sequence[FactOrigin]
) -> tuple[str, ...]:
    """The facts that a finding rests on: inside the paths of the result, else of the check."""
    paths = {path for result in hit for path in result.facts} or set(check.reads)
    found = [
        f"{origin.path} = {describe_value(origin.value)} ({origin.place})"
        for origin in origins
        if any(origin.path == path or origin.path.startswith(f"{path}.") for path in paths)
    ]
    return tuple(found[:_FACTS_SHOWN])
