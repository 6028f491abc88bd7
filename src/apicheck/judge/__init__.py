"""Judge: decide from the recorded transcripts the verdicts of checks, clauses and the run.

Pure: it reads only what was recorded, so that a saved run can be judged again without a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from apicheck.judge.attempts import (
    Judged,
    find_suspicion,
    is_spoilt,
    judge_attempt,
    judge_probe,
    judge_shrinking,
)
from apicheck.judge.clauses import find_broken, judge_clauses, roll_up
from apicheck.judge.difference import compare_runs
from apicheck.judge.endings import discount, find_endings, make_tasks, mark_stop
from apicheck.judge.findings import collect_findings, make_finding_id
from apicheck.judge.known import choose_exit_code, compare_with_baseline, renew
from apicheck.judge.open_reading import doubt_open_reading
from apicheck.judge.operations import (
    explain_wrong_base,
    find_wrong_base,
    judge_operations,
    leave_untested,
)
from apicheck.judge.results import (
    find_doubtful,
    judge_active,
    judge_passive,
    select_for_passive,
)
from apicheck.judge.scopes import list_scope_uses
from apicheck.judge.tasks import collect_tasks
from apicheck.judge.word import decide_word
from apicheck.load import find_near_scopes
from apicheck.model.codec import to_json
from apicheck.model.exchange import Transcript
from apicheck.model.plan import Plan
from apicheck.model.results import CheckResult, PreflightItem, Provenance, Results
from apicheck.model.verdict import NotTestedKind, Verdict

__all__ = [
    "Judged",
    "choose_exit_code",
    "compare_runs",
    "compare_with_baseline",
    "discount",
    "find_broken",
    "find_doubtful",
    "find_endings",
    "find_suspicion",
    "find_wrong_base",
    "is_spoilt",
    "judge",
    "judge_attempt",
    "judge_operations",
    "judge_probe",
    "judge_shrinking",
    "make_finding_id",
    "renew",
    "roll_up",
]


def judge(
    plan: Plan,
    transcripts: Sequence[Transcript],
    provenance: Provenance,
    preflight: Sequence[PreflightItem] = (),
    leftovers: Sequence[str] = (),
) -> Results:
    """Judge a run: checks, clauses, findings and the word, with the evidence of each."""
    plan = _without_folders(plan)
    endings = find_endings(transcripts)
    transcripts = mark_stop(discount(plan, transcripts, endings), endings)
    operations = judge_operations(plan, transcripts)
    passive = judge_passive(plan, select_for_passive(plan, transcripts))
    results = (*judge_active(plan, transcripts), *leave_untested(plan, operations, passive))
    results = doubt_open_reading(plan, transcripts, results)
    if wrong_base := explain_wrong_base(plan, operations, preflight):
        results = tuple(_withdraw(result, wrong_base) for result in results)
    clauses = judge_clauses(plan, results, operations)
    findings = collect_findings(plan, results, clauses)
    clauses = tuple(
        replace(clause, findings=tuple(f.id for f in findings if clause.clause.id in f.clauses))
        for clause in clauses
    )
    return Results(
        run=provenance,
        word=decide_word(plan, clauses, results, preflight, operations, endings),
        tasks=make_tasks(endings)
        + collect_tasks(
            plan,
            clauses,
            results,
            preflight,
            operations,
            stopped=bool(provenance.interrupted) or not provenance.finished,
        )
        if not plan.options.recorded
        else (),  # nothing in a target file adds what a recording lacks
        preflight=tuple(preflight),
        clauses=clauses,
        checks=results,
        findings=findings,
        catalogue=_build_catalogue(plan, {result.check for result in results}),
        facts=tuple(to_json(origin) for origin in plan.policy.origins),
        caveats=(*(ending.reason for ending in endings), *_collect_caveats(plan)),
        leftovers=tuple(leftovers),
        operations=operations,
        scopes=list_scope_uses(plan, transcripts),
        left_out=plan.spec.left_out,
        remarks=len(plan.spec.remarks),
    )


def _withdraw(result: CheckResult, reason: str) -> CheckResult:
    """The result without its verdict: the responses that it rests on are of something else."""
    if result.verdict is Verdict.NOT_TESTED and result.kind is NotTestedKind.NEEDS_BUDGET:
        return replace(result, reason=reason)
    if result.verdict not in (Verdict.PASS, Verdict.FAIL):
        return result
    return replace(result, verdict=Verdict.INCONCLUSIVE, failures=(), reason=reason)


def _without_folders(plan: Plan) -> Plan:
    """The plan with file names in place of paths.

    Results do not disclose where the files were, and a copy of them gives the same results.
    """
    origins = tuple(replace(o, place=_strip_folders(o.place)) for o in plan.policy.origins)
    clauses = tuple(
        replace(item, clause=replace(item.clause, file=_strip_folders(item.clause.file)))
        for item in plan.clauses
    )
    left_out = tuple(replace(o, file=_strip_folders(o.file)) for o in plan.spec.left_out)
    spec = replace(plan.spec, left_out=left_out)
    return replace(plan, spec=spec, policy=replace(plan.policy, origins=origins), clauses=clauses)


def _strip_folders(place: str) -> str:
    """Remove the folders from a place: "policy.yaml:9", "openapi.yaml#/paths/~1a/get"."""
    file, mark, pointer = place.partition("#")
    return file.rpartition("/")[2] + mark + pointer


def _build_catalogue(plan: Plan, used: set[str]) -> dict[str, dict[str, object]]:
    return {
        check_id: {
            "title": check.title,
            "failure_title": check.failure_title,
            "page": check.page,
            "kind": "passive" if check.passive else "active",
            "standards": list(check.standards),
            "reads": list(check.reads),
            "outcomes": {
                o.id: {"severity": o.severity.name.lower(), "confirm": o.confirm.value}
                for o in check.outcomes
            },
            "proven_by": {outcome: list(faults) for outcome, faults in check.proven_by.items()},
            "origin": check.origin,
            **({"spread": to_json(plan.spread[check_id])} if check_id in plan.spread else {}),
        }
        for check_id, check in plan.checks.items()
        if check_id in used
    }


def _collect_caveats(plan: Plan) -> tuple[str, ...]:
    """List what the policy or the target file lets pass and a stricter reading would not."""
    authentication = plan.policy.facts.authentication
    caveats = []
    for name, refusal in (("anonymous", authentication.anonymous), ("bad", authentication.bad)):
        if refusal is not None and len(refusal.statuses.patterns) > 1:
            caveats.append(f"authentication.refusal ({name}): {refusal.statuses} are all accepted")
    for name, limit in plan.target.limits.items():
        caveats.append(
            f"rate_limits.buckets.{name}: the target runs with {limit.limit or 'its own'}"
            f" in {limit.window_s or 'the same'} s"
        )
    caveats += [
        f"{path}: confirmed by the operator ({word})"
        for path, word in plan.target.confirmed.items()
    ]
    caveats += [
        f"{clause}: out of scope ({reason})" for clause, reason in plan.target.out_of_scope.items()
    ]
    caveats += [f"{clause}: {waiver}" for clause, waiver in plan.target.waivers.items()]
    if plan.conventions:
        caveats.append(
            f"ids found by convention, as no link gives them: {', '.join(plan.conventions)}"
        )
    near = find_near_scopes(plan.spec, plan.policy, plan.target)
    caveats += [f"{about}: {words}" for about, words in near]
    caveats += [f"reading in force: {name}" for name in plan.target.readings]
    return tuple(caveats)
