"""Bind checks to their subjects: one probe for each case of each subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import ceil

from apicheck.generate import DRAWN_FOR_EACH, MOST_DRAWN, draw
from apicheck.model.check import Applies, Check, Claims
from apicheck.model.facts import RateLimits, Webhooks
from apicheck.model.plan import Options, PlannedClause, Probe, SkippedSubject
from apicheck.model.subject import Case, Recipe, RunContext, Subject, SubjectKind
from apicheck.model.target import Mode
from apicheck.model.verdict import NotApplicable, NotTested, NotTestedKind
from apicheck.plan.spreading import LEAST

_LOW_LIMIT = 50
_POOL_AT_MOST = 200
"""Drawing is slow: the operations of one identity share one pool of values."""


def list_subjects(
    check: Check, context: RunContext, clauses: tuple[PlannedClause, ...]
) -> Iterator[Subject]:
    """List the subjects of a check, in the order of the document and the policy."""
    if check.subject_kind is SubjectKind.OPERATION:
        yield from _list_operations(check, context, clauses)
    elif check.subject_kind is SubjectKind.API:
        yield Subject(check.subject_kind, "api", context)
    elif check.subject_kind is SubjectKind.BUCKET and context.facts.rate_limits:
        yield from _list_buckets(context, context.facts.rate_limits)
    elif check.subject_kind is SubjectKind.EVENT and isinstance(context.facts.webhooks, Webhooks):
        for event in context.facts.webhooks.events.values():
            known = {operation.id: operation for operation in context.spec.operations}
            yield Subject(
                check.subject_kind,
                event.name,
                context,
                fact=f"webhooks.events.{event.name}",
                event=event,
                operation=known.get(event.cause),
            )
    elif check.subject_kind is SubjectKind.CLAUSE:
        for planned in clauses:
            if check.id in planned.checks and planned.clause.example:
                # Who writes an operation into an example asks for exactly it.
                steps = {step.operation for step in planned.clause.example}
                asked = context.admit(steps)
                yield Subject(check.subject_kind, planned.clause.id, asked, clause=planned.clause)


def _list_operations(
    check: Check, context: RunContext, clauses: tuple[PlannedClause, ...]
) -> Iterator[Subject]:
    asked = _find_asked(check, context, clauses)
    for operation in context.spec.operations:
        if operation.id in asked:
            yield Subject(
                check.subject_kind, operation.id, context, operation=operation, asked=asked
            )


def _find_asked(
    check: Check, context: RunContext, clauses: tuple[PlannedClause, ...]
) -> dict[str, frozenset[str]]:
    """Find the operations on which a finding counts for some clause, and for which clauses.

    A check that was selected without a clause gets all operations.
    """
    naming = [planned.clause for planned in clauses if check.id in planned.checks]
    found = {
        operation.id: frozenset(
            clause.id for clause in naming if context.selects(clause.ops, operation)
        )
        for operation in context.spec.operations
    }
    return {name: counted for name, counted in found.items() if counted or not naming}


def _list_buckets(context: RunContext, limits: RateLimits) -> Iterator[Subject]:
    for name, bucket in limits.buckets.items():
        operation_id = _choose_operation(context, name)
        yield Subject(
            SubjectKind.BUCKET,
            name,
            context,
            fact=f"rate_limits.{name}",
            bucket=bucket,
            operation=context.spec.operation(operation_id) if operation_id else None,
        )


def _choose_operation(context: RunContext, bucket: str) -> str:
    """Choose the operation that tests a bucket: a safe one without needs, if possible."""
    counted = [op for op in context.spec.operations if context.bucket_of.get(op.id) == bucket]

    def rank(operation_id: str) -> tuple[bool, bool, bool]:
        recipe = context.recipes[operation_id]
        operation = context.spec.operation(operation_id)
        return (
            isinstance(recipe, NotTested) or operation_id not in context.actors,
            not operation.safe,
            not isinstance(recipe, NotTested) and bool(recipe.needs),
        )

    return min((op.id for op in counted), key=rank, default="")


def bind(
    check: Check,
    subject: Subject,
    options: Options,
    drawn: Mapping[str, tuple[object, ...]],
) -> tuple[Probe, ...] | SkippedSubject:
    """Make the probes of a check on one subject, one for each case; or say why none is made."""
    operation = subject.operation.id if subject.operation else ""
    facts: tuple[str, ...] = (subject.fact,) if subject.fact else ()
    if not _is_selected(subject, options):
        why = NotTested(NotTestedKind.SELECTED_OUT, "the operation was not selected")
        return SkippedSubject(check.id, subject.key, operation, facts, why)
    context = subject.context
    applies = check.applies(replace(subject, context=context.admit({operation})))
    if not isinstance(applies, Applies):
        return SkippedSubject(check.id, subject.key, operation, facts, applies)
    if check.subject_kind is SubjectKind.BUCKET and "clock" not in context.capabilities:
        applies = replace(applies, claims=_without_clock(applies.claims))
    facts = applies.facts or facts
    forbidden = _check_mode(check, subject) or _find_withheld(subject)
    if forbidden:
        return SkippedSubject(check.id, subject.key, operation, facts, forbidden)
    subject = applies.bind(subject)
    cases: tuple[Case | None, ...] = (None,)
    if check.cases is not None:
        cases = check.cases(subject)
    key = f"{check.id}/{subject.key}"
    drawn_cases = tuple(
        Case(f"drawn {number}", value, drawn=True)
        for number, value in enumerate(drawn.get(key, ()), start=1)
    )
    cases = (*cases, *drawn_cases)
    if not cases:
        no_cases = NotApplicable("the check has no case for it")
        return SkippedSubject(check.id, subject.key, operation, facts, no_cases)
    return tuple(
        Probe(
            f"{key}/{case.name}" if case else key,
            check,
            subject.with_case(case) if case else subject,
            applies,
        )
        for case in cases
    )


def _without_clock(claims: Claims) -> Claims:
    """The claims of a bucket's probe that sleeps: the buckets are then tested at the same time.

    It claims the clock because it moves it, and a target without the control protocol has none.
    """
    return replace(claims, exclusive=claims.exclusive - {"clock"})


def _check_mode(check: Check, subject: Subject) -> NotTested | None:
    """Say why the mode forbids the requests of a probe; None where it allows them."""
    mode = subject.context.mode
    unsafe = subject.operation is not None and not subject.operation.safe
    if mode is Mode.PASSIVE:
        return NotTested(
            NotTestedKind.READ_ONLY,
            "mode passive sends nothing",
            '[safety]\nmode = "read-only"',
        )
    if unsafe and mode is Mode.READ_ONLY:
        reason = f"mode read-only does not send {subject.op.method}"
        return NotTested(NotTestedKind.READ_ONLY, reason, '[safety]\nmode = "refusals"')
    writes = (unsafe and check.accepted) or subject.kind is SubjectKind.EVENT
    if (writes or _example_writes(subject)) and mode is not Mode.FULL:
        reason = f"it changes state on the target, which mode {mode} does not allow"
        return NotTested(NotTestedKind.READ_ONLY, reason, '[safety]\nmode = "full"')
    return None


def _find_withheld(subject: Subject) -> NotTested | None:
    """Find why an operation that a probe would send is never sent; None where all are sent."""
    named = [subject.operation.id] if subject.operation else []
    named += [step.operation for step in subject.clause.example] if subject.clause else []
    withheld = subject.context.withheld
    return next((withheld[name] for name in named if name in withheld), None)


def _is_selected(subject: Subject, options: Options) -> bool:
    named = options.operations
    return not named or subject.operation is None or subject.operation.id in named


def _example_writes(subject: Subject) -> bool:
    steps = subject.clause.example if subject.clause else ()
    return any(not subject.context.spec.operation(step.operation).safe for step in steps)


def _count_draws(subject: Subject, options: Options, shared_by: int) -> int:
    """Count the values drawn for one operation alone: a third, fewer if many share, or all.

    None where the rate limit is low, at most two where each request uses something up.
    """
    context = subject.context
    recipe, bucket = context.recipes[subject.op.id], context.bucket_for(subject.op.id)
    if bucket is not None and bucket.limit is not None and bucket.limit < _LOW_LIMIT:
        return 0
    if isinstance(recipe, Recipe) and recipe.consumes:
        return min(2, options.draws)
    return (
        options.draws if context.thorough else min(options.draws // 3, _share(options, shared_by))
    )


def _share(options: Options, shared_by: int) -> int:
    """Count the values for each of several subjects: the more subjects, the fewer, as for rows."""
    if options.thorough:
        return options.draws
    return max(1, LEAST * options.draws // shared_by) if shared_by > LEAST else options.draws


def draw_values(
    check: Check, applicable: list[Subject], options: Options
) -> dict[str, tuple[object, ...]]:
    """Draw values for each subject of a check.

    Subjects with the same actor take turns in one pool, so that each gets different values and
    a run of many operations tries many. Where they outnumber the values, each value goes to one.
    """
    if check.draws in MOST_DRAWN:
        count = options.draws if options.thorough else min(options.draws, MOST_DRAWN[check.draws])
        return {
            f"{check.id}/{s.key}": draw(check.draws, options.seed, count, s) for s in applicable
        }
    if check.draws in DRAWN_FOR_EACH:
        return {
            f"{check.id}/{subject.key}": draw(
                check.draws,
                options.seed,
                _count_draws(subject, options, len(applicable)),
                subject,
            )
            for subject in applicable
            if _is_selected(subject, options)
        }
    pools: dict[str, list[Subject]] = {}
    for subject in applicable:
        actor = subject.context.actors.get(subject.op.id, "") if subject.operation else ""
        pools.setdefault(actor, []).append(subject)
    result: dict[str, tuple[object, ...]] = {}
    for members in pools.values():
        each = _share(options, len(members))
        step = 1 if options.thorough else ceil(len(members) / options.draws)
        asked = members[::step]
        pool = draw(check.draws, options.seed, min(_POOL_AT_MOST, each * len(asked)), members[0])
        for number, subject in enumerate(asked):
            start = number * each
            result[f"{check.id}/{subject.key}"] = tuple(
                pool[(start + offset) % len(pool)] for offset in range(min(each, len(pool)))
            )
    return result
