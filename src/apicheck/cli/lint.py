"""apicheck lint: what is wrong with a policy and its document, and what they promise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen, toned
from apicheck.model.json import describe_value
from apicheck.model.policy import FactOrigin
from apicheck.report.text import join_lines

if TYPE_CHECKING:
    from apicheck.plan.lint import LintReport

_VALUE_SHOWN = 60


@click.command("lint")
@options.documents
@click.option("--facts", is_flag=True, help="Print every fact in force, with where it comes from.")
@options.loudness
@click.pass_obj
def command(screen: Screen, /, *, facts: bool, **given: Any) -> int:
    """Read a policy and its document; say what is wrong, all at once. Sends nothing.

    Exit code 0 when it can be used, 2 when it cannot.

    \b
    apicheck lint --policy policy.yaml --facts
    """
    config = options.config_from(given)
    from apicheck.plan.lint import lint
    from apicheck.run import load_inputs

    inputs = load_inputs(config, without_target=True)
    policy = inputs.policy
    report = lint(inputs.spec, policy, inputs.checks)
    if facts:
        for line in facts_of(report.facts):
            screen.out(line)
        screen.out()
    for line in remarks(report):
        screen.out(line)
    screen.out(
        f"{join_lines(policy.id)} {join_lines(policy.version)}: ok;"
        f" {_counted(len(policy.clauses), 'clause')}, {_counted(len(policy.origins), 'fact')},"
        f" {_counted(len(inputs.spec.operations), 'operation')}"
    )
    return 0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def remarks(report: LintReport) -> Iterator[str]:
    """What a reviewer should look at, each kind under a heading of its own."""
    for heading, lines in (
        ("Where the policy differs from the document, or from itself:",
         [f"{r.about}: {r.message}" for r in report.contradictions]),
        ("Clauses whose checks have nothing to read:",
         [f"{r.about}: {r.message}" for r in report.unread]),
        ("Facts that no clause names (promises that nobody signs):", list(report.unnamed)),
        ("Clauses of the provider that no check tests and nobody attests:",
         [", ".join(report.unchecked)] if report.unchecked else []),
    ):  # fmt: skip
        if lines:
            yield toned(heading, "warn")
            yield from (f"  {join_lines(line)}" for line in lines)
            yield ""


def facts_of(facts: Sequence[FactOrigin]) -> Iterator[str]:
    """Every fact in force in columns: path, value, grade, origin."""
    width = min(max((len(item.path) for item in facts), default=0), 50)
    for item in facts:
        value = join_lines(describe_value(item.value))[:_VALUE_SHOWN]
        yield (
            f"{item.path:<{width}}  {value:<{_VALUE_SHOWN}}  {item.grade.value}"
            f"  {item.kind}{' ' + item.place if item.place else ''}"
        )
