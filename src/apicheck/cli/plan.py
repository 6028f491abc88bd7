"""apicheck plan: what a run would send, and what it could not test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen, toned
from apicheck.model.plan import Plan, SkippedSubject
from apicheck.model.verdict import NotTested
from apicheck.report.text import join_lines

_NAMED = 4


@click.command("plan")
@options.documents
@options.target
@options.selection
@options.limits
@click.option("--json", "as_json", is_flag=True, help="Print the plan's numbers as JSON.")
@options.loudness
@click.pass_obj
def command(screen: Screen, /, *, as_json: bool, **given: Any) -> int:
    """Say what a run would send, and what it could not test and why. Sends nothing to the API.

    \b
    apicheck plan --profile canonical --target staging.toml
    """
    config = options.config_from(given)
    from apicheck.run import load_plan

    made = load_plan(config)
    if as_json:
        import json

        screen.out(json.dumps(numbers(made), indent=1))
        return 0
    for line in lines(made, verbose=screen.verbose):
        screen.out(line)
    return 0


def numbers(made: Plan) -> dict[str, object]:
    """The plan for a program: requests, seconds, effects and what is not tested."""
    return {
        "requests": made.estimate.requests,
        "seconds": made.estimate.seconds,
        "effects": dict(made.estimate.effects),
        "by_operation": dict(made.estimate.by_operation),
        "probes": len(made.probes),
        "passive": [check.id for check in made.passive],
        "not_tested": [
            {"check": item.check, "subject": item.subject, "kind": item.why.kind.value,
             "reason": item.why.reason, "remedy": item.why.remedy}
            for item in made.skipped
            if isinstance(item.why, NotTested)
        ],
        "clauses": {
            item.clause.id: (item.why.reason if item.why else list(item.checks))
            for item in made.clauses
        },
    }  # fmt: skip


def lines(made: Plan, *, verbose: bool = False) -> Iterator[str]:
    """The plan for a person."""
    estimate = made.estimate
    yield (
        toned(
            f"{estimate.requests} requests at most, about {estimate.seconds:.0f} s", "", bold=True
        )
        + f", to {join_lines(made.target.base_url)}, mode {made.context.mode.value}"
    )
    heard = f", with {len(made.provoking)} more probes to hear" if made.provoking else ""
    yield f"{len(made.probes)} probes; checks that only read: {len(made.passive)}{heard}"
    yield ""
    yield "Probes by check:"
    by_check = Counter(probe.check.id for probe in made.probes)
    yield from (f"  {count:5}  {check}" for check, count in sorted(by_check.items()))
    if made.conventions:
        yield ""
        yield "Ids by convention, as the document has no links ([fixtures] says otherwise):"
        yield from (f"  {join_lines(words)}" for words in made.conventions)
    yield ""
    if estimate.effects:
        yield "Requests that change something on the target, if it is correct:"
        yield from (f"  {count:5}  {join_lines(name)}" for name, count in estimate.effects.items())
    else:
        yield "Nothing that a correct target accepts changes anything on it."
    yield from _not_tested(made)
    without = [item for item in made.clauses if item.why is not None]
    if without:
        yield ""
        yield f"Clauses that no probe will judge ({len(without)} of {len(made.clauses)}):"
        for item in without if verbose else without[:12]:
            kind = f"{item.why.kind.value}: " if isinstance(item.why, NotTested) else ""
            reason = join_lines(item.why.reason) if item.why else ""
            yield f"  {join_lines(item.clause.id):<12} {kind}{reason}"
        if not verbose and len(without) > 12:
            yield f"  … and {len(without) - 12} more (-v)"


def _not_tested(made: Plan) -> Iterator[str]:
    """Subjects that cannot be tested, grouped by what would help, each with its first reason."""
    grouped: dict[tuple[str, str, str], list[SkippedSubject]] = {}
    for item in made.skipped:
        if isinstance(item.why, NotTested):
            key = (item.why.kind.value, item.check, item.why.remedy)
            grouped.setdefault(key, []).append(item)
    if not grouped:
        return
    yield ""
    yield "What cannot be tested, and why:"
    for (kind, check, remedy), items in grouped.items():
        names = join_lines(", ".join(item.subject for item in items[:_NAMED]))
        more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
        yield f"  {kind}: {check} on {names}{more}"
        yield f"      {join_lines(items[0].why.reason)}"
        yield from (f"      {line}" for line in remedy.split("\n") if line)
