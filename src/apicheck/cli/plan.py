"""apicheck plan: show what a run would send, and what it could not test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen, toned
from apicheck.model.plan import Plan, SkippedSubject
from apicheck.model.subject import Recipe
from apicheck.model.verdict import NotTested
from apicheck.report.text import join_lines

if TYPE_CHECKING:
    from apicheck.requests.origins import Origin

_NAMED = 4
_LISTED = 40


@click.command("plan")
@options.documents
@options.target
@options.selection
@options.limits
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@options.loudness
@click.pass_obj
def command(screen: Screen, /, *, as_json: bool, **given: Any) -> int:
    """Show what a run would send, and what it cannot test.

    The command sends nothing to the API. It gives the reason for each subject that a run cannot
    test, and a remedy where there is one.

    \b
    apicheck plan --profile canonical --target staging.toml
    """
    config = options.build_config(given)
    from apicheck.run import load_plan

    plan = load_plan(config)
    if as_json:
        import json

        screen.out(json.dumps(build_document(plan), indent=1))
        return 0
    for line in describe_plan(plan, verbose=screen.verbose):
        screen.out(line)
    return 0


def build_document(plan: Plan) -> dict[str, object]:
    """Build a JSON value of the plan: requests, seconds, effects and what is not tested."""
    from apicheck.plan.prices import list_prices

    return {
        "requests": plan.estimate.requests,
        "seconds": plan.estimate.seconds,
        "effects": dict(plan.estimate.effects),
        "by_operation": dict(plan.estimate.by_operation),
        "probes": len(plan.probes),
        "passive": [check.id for check in plan.passive],
        "operations_without_request": {
            name: {"kind": why.kind.value, "reason": why.reason, "remedy": why.remedy}
            for name, why in plan.unsent.items()
        },
        "limits": [asdict(price) for price in list_prices(plan)],
        "not_tested": [
            {"check": item.check, "subject": item.subject, "kind": item.why.kind.value,
             "reason": item.why.reason, "remedy": item.why.remedy}
            for item in plan.skipped
            if isinstance(item.why, NotTested)
        ],
        "operations": {
            operation: [
                {"place": one.place, "name": one.name, "source": one.source,
                 "operation": one.operation}
                for one in origins
            ]
            for operation, origins in find_request_origins(plan).items()
        },
        "withheld": {
            name: {"kind": why.kind.value, "reason": why.reason, "remedy": why.remedy}
            for name, why in plan.context.withheld.items()
        },
        "endings": list(plan.endings),
        "clauses": {
            item.clause.id: (item.why.reason if item.why else list(item.checks))
            for item in plan.clauses
        },
    }  # fmt: skip


def describe_plan(plan: Plan, *, verbose: bool = False) -> Iterator[str]:
    """Describe the plan in lines for a terminal."""
    estimate = plan.estimate
    yield (
        toned(
            f"at most {estimate.requests} requests, about {estimate.seconds:.0f} s", "", bold=True
        )
        + f", to {join_lines(plan.target.base_url)}, mode {plan.context.mode.value}"
    )
    reading = (
        f", and {len(plan.provoking)} probes whose exchanges they read" if plan.provoking else ""
    )
    yield f"{len(plan.probes)} probes; passive checks: {len(plan.passive)}{reading}"
    yield ""
    yield "Probes by check:"
    by_check = Counter(probe.check.id for probe in plan.probes)
    yield from (f"  {count:5}  {check}" for check, count in sorted(by_check.items()))
    yield from _describe_origins(plan, verbose=verbose)
    yield ""
    if estimate.effects:
        yield "Requests that change state on a correct target:"
        yield from (f"  {count:5}  {join_lines(name)}" for name, count in estimate.effects.items())
    else:
        yield "No request changes state on a correct target."
    yield from _describe_prices(plan)
    yield from _describe_unsent(plan)
    yield from _describe_endings(plan)
    yield from _describe_not_tested(plan)
    without = [item for item in plan.clauses if item.why is not None]
    if without:
        yield ""
        yield f"Clauses that no probe will judge ({len(without)} of {len(plan.clauses)}):"
        for item in without if verbose else without[:12]:
            kind = f"{item.why.kind.value}: " if isinstance(item.why, NotTested) else ""
            reason = join_lines(item.why.reason) if item.why else ""
            yield f"  {join_lines(item.clause.id):<12} {kind}{reason}"
        if not verbose and len(without) > 12:
            yield f"  … and {len(without) - 12} more (-v prints all)"


def find_request_origins(plan: Plan) -> dict[str, tuple[Origin, ...]]:
    """Where the values of each operation's request come from, of those that have a request."""
    from apicheck.requests.origins import find_origins

    belongings = {name for one in plan.target.identities.values() for name in one.fixtures}
    return {
        name: find_origins(plan.spec, recipe, plan.target.fixtures, plan.target.refs, belongings)
        for name, recipe in plan.context.recipes.items()
        if isinstance(recipe, Recipe) and name not in plan.unsent
    }


def _describe_origins(plan: Plan, *, verbose: bool) -> Iterator[str]:
    """Describe where the values of requests come from; of long plans, the beginning."""
    found = [(name, origins) for name, origins in find_request_origins(plan).items() if origins]
    if not found:
        return
    yield ""
    yield "Where the values of requests come from ([fixtures] and [refs] go before the rest):"
    for name, origins in found if verbose else found[:_LISTED]:
        yield f"  {join_lines(name)}: {join_lines('; '.join(map(str, origins)))}"
    if not verbose and len(found) > _LISTED:
        yield f"  … and {len(found) - _LISTED} more operations (-v prints all)"


def _describe_unsent(plan: Plan) -> Iterator[str]:
    """Describe the operations that get no valid request, each with the reason and the remedy."""
    if not plan.unsent:
        return
    yield ""
    yield (
        f"Operations without a valid request ({len(plan.unsent)} of {len(plan.spec.operations)}):"
    )
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for name, why in plan.unsent.items():
        grouped.setdefault((why.kind.value, why.reason, why.remedy), []).append(name)
    for (kind, reason, remedy), names in grouped.items():
        yield f"  {kind}: {join_lines(', '.join(names))}"
        yield f"      {join_lines(reason)}"
        yield from (f"      {line}" for line in remedy.split("\n") if line)


def _describe_prices(plan: Plan) -> Iterator[str]:
    """Describe how each limit is tested, and what that costs."""
    from apicheck.plan.prices import list_prices

    prices = list_prices(plan)
    if prices:
        yield ""
        yield "Limits, how each is tested, and at what price:"
    for one in prices:
        limit = "?" if one.limit is None else str(one.limit)
        yield f"  {join_lines(one.bucket)}, {limit} in {one.window_s:g} s: {one.strategy}"
        changing = f"; {one.effects} of them change something" if one.effects else ""
        cost = f"at most {one.requests} requests, {one.seconds:.0f} s{changing}"
        yield f"      {join_lines(one.reason) or cost}"


def _describe_endings(plan: Plan) -> Iterator[str]:
    """Describe the operations that are sent last."""
    if plan.endings:
        yield ""
        yield "Sent once, after everything else, with an identity that may be used up:"
        yield from (f"  {join_lines(name)}" for name in plan.endings)


def _describe_not_tested(plan: Plan) -> Iterator[str]:
    """Describe the subjects that cannot be tested, grouped by check and remedy."""
    grouped: dict[tuple[str, str, str], list[SkippedSubject]] = {}
    for item in plan.skipped:
        if isinstance(item.why, NotTested):
            key = (item.why.kind.value, item.check, item.why.remedy)
            grouped.setdefault(key, []).append(item)
    if not grouped:
        return
    yield ""
    yield "Not testable, with the reason and the remedy:"
    for (kind, check, remedy), items in grouped.items():
        names = join_lines(", ".join(item.subject for item in items[:_NAMED]))
        more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
        yield f"  {kind}: {check} on {names}{more}"
        yield f"      {join_lines(items[0].why.reason)}"
        yield from (f"      {line}" for line in remedy.split("\n") if line)
