"""Assign checks to clauses, and give the reason where a clause gets none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apicheck.model.check import Check
from apicheck.model.plan import Options, PlannedClause
from apicheck.model.policy import OTHER_ACTORS, Clause, Policy
from apicheck.model.subject import SubjectKind
from apicheck.model.target import Target
from apicheck.model.verdict import NotTested, NotTestedKind


def matches(check_id: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns names a check: `auth/challenge`, `auth/*`, `auth`, or `*`.

    `auth/challenge#absent` names it too, for one of its outcomes.
    """
    family = check_id.rpartition("/")[0]
    names = ("*", check_id, family, f"{family}/*")
    return any(pattern.partition("#")[0] in names for pattern in patterns)


def _find_outcomes(clause: Clause, checks: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Find the outcomes that a clause takes of each check of which it does not take all."""
    whole = [pattern for pattern in clause.checks if "#" not in pattern]
    found: dict[str, tuple[str, ...]] = {}
    for pattern in clause.checks:
        check_id, mark, outcome = pattern.partition("#")
        if mark and check_id in checks and not matches(check_id, whole):
            found[check_id] = (*found.get(check_id, ()), outcome)
    return found


def _plan_clause(
    clause: Clause, checks: Mapping[str, Check], target: Target, options: Options, actor: str
) -> PlannedClause:
    """Plan a clause: the checks that will judge it, or the reason why none will.

    actor: the party that is tested.
    """
    if actor not in clause.actors:
        return PlannedClause(clause, (), NotTested(NotTestedKind.OTHER_ACTOR, _name_duties(clause)))
    if clause.id in target.out_of_scope:
        reason = f"out of scope by {target.file or 'the target'}: {target.out_of_scope[clause.id]}"
        return PlannedClause(clause, (), NotTested(NotTestedKind.OUT_OF_SCOPE, reason))
    if options.clauses and clause.id not in options.clauses:
        why = NotTested(NotTestedKind.SELECTED_OUT, "the clause was not selected")
        return PlannedClause(clause, (), why)
    named = [check_id for check_id in checks if matches(check_id, clause.checks)]
    if clause.example:
        of_clauses = (
            name for name, check in checks.items() if check.subject_kind is SubjectKind.CLAUSE
        )
        named += [check_id for check_id in of_clauses if check_id not in named]
    if not named and options.select and not options.clauses and not clause.attest:
        why = NotTested(
            NotTestedKind.SELECTED_OUT, "no check tests it yet, and other checks were selected"
        )
        return PlannedClause(clause, (), why)
    if not named:
        unasked = "no check tests it yet" if not clause.attest else "a person attests it"
        reason = clause.untested or unasked
        kind = NotTestedKind.OTHER_ACTOR if clause.attest else NotTestedKind.NO_CHECK
        return PlannedClause(clause, (), NotTested(kind, reason))
    wanted = tuple(check_id for check_id in named if is_selected(check_id, options))
    if not wanted:
        why = NotTested(NotTestedKind.SELECTED_OUT, "its checks were not selected")
        return PlannedClause(clause, (), why)
    return PlannedClause(clause, wanted, outcomes=_find_outcomes(clause, wanted))


def _name_duties(clause: Clause) -> str:
    return "; ".join(OTHER_ACTORS[actor] for actor in clause.actors if actor in OTHER_ACTORS)


def is_selected(check_id: str, options: Options) -> bool:
    """Whether `--select` and `--ignore` leave a check in."""
    if options.select and not matches(check_id, options.select):
        return False
    return not matches(check_id, options.ignore)


def plan_clauses(
    policy: Policy, checks: Mapping[str, Check], target: Target, options: Options
) -> tuple[PlannedClause, ...]:
    """Plan every clause of the policy, in its order."""
    return tuple(_plan_clause(c, checks, target, options, policy.actor) for c in policy.clauses)
