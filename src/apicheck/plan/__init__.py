"""Plan: decide what a run sends before it sends anything.

Pure: the same spec, policy, target, checks and options give the same plan, drawn values
included, so that a saved run can be planned and judged again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from urllib.parse import urlsplit

from apicheck.model.check import ANYBODY, Applies, Check
from apicheck.model.facts import Selector
from apicheck.model.operation import Spec
from apicheck.model.plan import (
    Estimate,
    Options,
    Plan,
    PlannedClause,
    Probe,
    SkippedSubject,
    Spread,
)
from apicheck.model.policy import Policy
from apicheck.model.selector import selects
from apicheck.model.subject import Recipe, RunContext, Subject, SubjectKind
from apicheck.model.target import Mode, Target, is_loopback
from apicheck.plan.bind import bind, draw_values, list_subjects
from apicheck.plan.clauses import is_selected, matches, plan_clauses
from apicheck.plan.context import build_context
from apicheck.plan.controls import NOT_RECORDED, explain_unsent, read_as_recorded
from apicheck.plan.prices import estimate_waits
from apicheck.plan.spreading import spread_out
from apicheck.plan.withholding import can_spend

__all__ = ["effective_mode", "is_selected", "matches", "plan"]

_SECONDS_A_REQUEST = 0.004


def effective_mode(target: Target, options: Options) -> Mode:
    """The mode of the command line, else of the target file, else full on loopback only."""
    host = urlsplit(target.base_url).hostname or ""
    chosen = options.mode or target.safety.mode
    return chosen or (Mode.FULL if is_loopback(host) else Mode.READ_ONLY)


def plan(
    spec: Spec,
    policy: Policy,
    target: Target,
    checks: Mapping[str, Check],
    options: Options,
    *,
    capabilities: frozenset[str] = frozenset(),
    drawn: Mapping[str, tuple[object, ...]] | None = None,
    drawing: bool = True,
) -> Plan:
    """Plan every probe of a run, and give a reason for every subject that gets none.

    drawn: values of an earlier plan, to plan the same run again; None draws new ones.
    drawing: False for a plan of which only the subjects matter: drawing takes most of the time.
    """
    if not drawing:
        drawn = {}
    schemes = {**spec.schemes, **policy.facts.authentication.schemes, **target.schemes}
    spec = replace(spec, schemes=schemes)
    mode = effective_mode(target, options)
    context = build_context(
        spec,
        policy,
        target,
        capabilities=capabilities,
        mode=mode,
        thorough=options.thorough,
        skip=options.skip,
        drawing=drawing,
    )
    options = _expand_selection(options, context)
    clauses = plan_clauses(policy, checks, target, options)
    wanted = [
        check
        for check in checks.values()
        if check.actor in (policy.actor, ANYBODY) and _is_wanted(check, clauses, options)
    ]
    active = [check for check in wanted if not check.passive]
    values = dict(drawn) if drawn is not None else {}
    probes: list[Probe] = []
    skipped: list[SkippedSubject] = []
    spread: dict[str, Spread] = {}
    for check in active:
        subjects = list(list_subjects(check, context, clauses))
        if check.draws and drawn is None and mode is not Mode.PASSIVE:
            applicable = [
                s
                for s in subjects
                if isinstance(check.applies(s), Applies)
                and not (s.operation and s.operation.id in context.withheld)
            ]
            if applicable and options.draws:
                values.update(draw_values(check, applicable, options))
        bound = [bind(check, subject, options, values) for subject in subjects]
        skipped.extend(item for item in bound if isinstance(item, SkippedSubject))
        asking = [item for item in bound if not isinstance(item, SkippedSubject)]
        chosen, shared = (
            (chain(*asking), None) if context.thorough else spread_out(asking, check.rows_each)
        )
        probes.extend(chosen)
        if shared is not None:
            spread[check.id] = shared
    endings = _list_endings(context, options)
    unsent = {
        name: why for name, why in explain_unsent(context, options).items() if name not in endings
    }
    controls = tuple(
        op.id for op in spec.operations if op.id not in unsent and op.id not in endings
    )
    provoking = tuple(_plan_provoking(wanted, checks, context, options))
    if options.recorded:
        skipped = [replace(item, why=read_as_recorded(item.why)) for item in skipped]
        unsent = dict.fromkeys(unsent, NOT_RECORDED)
    return Plan(
        spec=spec,
        policy=policy,
        target=target,
        options=options,
        context=context,
        checks=checks,
        probes=tuple(probes),
        passive=tuple(check for check in wanted if check.passive),
        controls=controls,
        unsent=unsent,
        skipped=tuple(skipped),
        clauses=clauses,
        estimate=_estimate(
            context, (*probes, *provoking), (*controls, *endings), options.concurrency
        ),
        drawn=values,
        provoking=provoking,
        spread=spread,
        endings=endings,
    )


def _expand_selection(options: Options, context: RunContext) -> Options:
    """Replace the selectors of operations by the ids that they select."""
    if not options.operations:
        return options
    wanted, sets = Selector(options.operations), context.facts.operations
    found = tuple(
        o.id for o in context.spec.operations if selects(wanted, o, sets, context.secured)
    )
    return replace(options, operations=found or options.operations)


def _is_wanted(check: Check, clauses: tuple[PlannedClause, ...], options: Options) -> bool:
    named = any(check.id in planned.checks for planned in clauses)
    return named or bool(options.select and is_selected(check.id, options))


def _plan_provoking(
    wanted: Sequence[Check], checks: Mapping[str, Check], context: RunContext, options: Options
) -> Iterator[Probe]:
    """Plan probes that cause what the passive checks read, where a selection omits them."""
    if not options.partial:
        return
    planned = {check.id for check in wanted}
    triggers = dict.fromkeys(one for check in wanted for one in check.triggered_by if one in checks)
    for name in triggers:
        if name in planned or matches(name, options.ignore):
            continue
        subjects = list_subjects(checks[name], context, ())
        every = [bind(checks[name], subject, options, {}) for subject in subjects]
        bound = [item for item in every if not isinstance(item, SkippedSubject)]
        yield from (
            chain(*bound) if context.thorough else spread_out(bound, checks[name].rows_each)[0]
        )


def _list_endings(context: RunContext, options: Options) -> tuple[str, ...]:
    """List the operations to send last, each with an identity that may be used up."""
    return tuple(
        operation.id
        for operation in context.spec.operations
        if (context.mode is Mode.FULL or (operation.safe and context.mode is not Mode.PASSIVE))
        and (not options.operations or operation.id in options.operations)
        and can_spend(context, operation)
    )


def _estimate(
    context: RunContext, probes: tuple[Probe, ...], controls: tuple[str, ...], concurrency: int
) -> Estimate:
    by_operation: dict[str, int] = dict.fromkeys(controls, 1)
    effects: dict[str, int] = {
        name: 1 for name in controls if not context.spec.operation(name).safe
    }
    created: set[str] = set()
    for probe in probes:
        name = _name_operation(probe.subject)
        by_operation[name] = by_operation.get(name, 0) + probe.applies.requests
        if probe.subject.operation and probe.check.accepted and not probe.subject.op.safe:
            effects[name] = effects.get(name, 0) + probe.applies.requests
    for name in controls:
        recipe = context.recipes[name]
        if isinstance(recipe, Recipe):
            created.update(need.operation for need in recipe.needs)
    for name in created:
        by_operation[name] = by_operation.get(name, 0) + 1
        if not context.spec.operation(name).safe:
            effects[name] = effects.get(name, 0) + 1
    requests = sum(by_operation.values())
    seconds = _estimate_seconds(context, probes, by_operation, concurrency)
    return Estimate(requests, seconds, by_operation, effects)


def _estimate_seconds(
    context: RunContext,
    probes: tuple[Probe, ...],
    by_operation: Mapping[str, int],
    concurrency: int,
) -> float:
    """Estimate the time to send, and to wait for rate limits where no clock can be moved."""
    sending = sum(by_operation.values()) * _SECONDS_A_REQUEST
    if "clock" in context.capabilities:
        return sending
    sending += estimate_waits(probes, concurrency)
    if context.facts.rate_limits is None:
        return sending
    # Who tests a limit does not wait below it: `estimate_waits` counts that.
    paced = Counter(by_operation)
    for probe in probes:
        if probe.subject.kind is SubjectKind.BUCKET:
            paced[_name_operation(probe.subject)] -= probe.applies.requests
    waiting = 0.0
    for name, bucket in context.facts.rate_limits.buckets.items():
        counted = sum(n for op, n in paced.items() if context.bucket_of.get(op) == name)
        if bucket.limit:
            waiting = max(waiting, (counted // bucket.limit) * bucket.window_s)
    return sending + waiting


def _name_operation(subject: Subject) -> str:
    return subject.operation.id if subject.operation else f"({subject.kind})"
