"""apicheck lint: what is wrong with a policy and its document, and what they promise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen
from apicheck.model.policy import FactOrigin, Policy
from apicheck.report.text import one_line

_VALUE_SHOWN = 60


@click.command("lint")
@options.documents
@click.option("--facts", is_flag=True, help="Print every fact in force, with where it comes from.")
@options.loudness
@click.pass_obj
def command(screen: Screen, /, *, facts: bool, **given: Any) -> int:
    r"""Read a policy and its document; say what is wrong, all at once. Sends nothing.

    Exit code 0 when it can be used, 2 when it cannot.

    \b
    apicheck lint --policy policy.yaml --facts
    """
    request = options.request_from(given)
    from apicheck.run import inputs_of

    inputs = inputs_of(request, without_target=True)
    policy = inputs.policy
    if facts:
        for line in facts_of(policy):
            screen.out(line)
    screen.out(
        f"{one_line(policy.id)} {one_line(policy.version)}: ok;"
        f" {len(policy.clauses)} clauses, {len(policy.origins)} facts,"
        f" {len(inputs.spec.operations)} operations"
    )
    return 0


def facts_of(policy: Policy) -> Iterator[str]:
    """Every fact in force in columns: path, value, grade, origin."""
    width = min(max((len(item.path) for item in policy.origins), default=0), 50)
    for item in policy.origins:
        value = one_line(_value(item))[:_VALUE_SHOWN]
        yield (
            f"{item.path:<{width}}  {value:<{_VALUE_SHOWN}}  {item.grade.value}"
            f"  {item.kind}{' ' + item.place if item.place else ''}"
        )


def _value(item: FactOrigin) -> str:
    if isinstance(item.value, str):
        return item.value
    return json.dumps(item.value, ensure_ascii=False, default=str)
