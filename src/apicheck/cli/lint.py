"""apicheck lint: report the mistakes of a policy and its document, and what they promise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from apicheck.cli import options
from apicheck.cli.against import compare_with, print_rules
from apicheck.cli.screen import Screen, toned
from apicheck.model.json import describe_value
from apicheck.model.policy import FactOrigin
from apicheck.report.text import count_noun, join_lines

if TYPE_CHECKING:
    from apicheck.model.operation import Spec
    from apicheck.plan.lint import LintReport

_VALUE_SHOWN = 60


@click.command("lint")
@options.documents
@options.connection
@click.option("--facts", is_flag=True, help="Print every fact in force, and its origin.")
@options.comparison
@options.loudness
@click.pass_obj
def command(screen: Screen, /, *, facts: bool, **given: Any) -> int:
    """Report the mistakes of a policy and its document.

    The command reports all mistakes at once and sends nothing. Its exit code is 0 when apicheck
    can use the policy, and 2 when it cannot. Operations of which the document's description is
    broken are left out; what else is broken describes nothing.

    \b
    apicheck lint --policy policy.yaml --facts

    With --against, it reports instead what changed since an earlier document and breaks clients.
    Its exit code is then 1 where something does.

    \b
    apicheck lint --spec openapi.yaml --against openapi-v1.yaml
    """
    if given.pop("rules"):
        return print_rules(screen)
    asked = {name: given.pop(name) for name in ("only", "strict", "as_json")}
    earlier = given.pop("against")
    config = options.build_config(given)
    if earlier is not None:
        return compare_with(screen, config, earlier, **asked)
    for name in (name for name, value in asked.items() if value):
        raise click.UsageError(f"--{name.removeprefix('as_')} needs --against")
    from apicheck.plan.lint import lint
    from apicheck.run import load_inputs

    inputs = load_inputs(config, without_target=True)
    policy = inputs.policy
    report = lint(inputs.spec, policy, inputs.checks, inputs.target)
    if facts:
        for line in describe_facts(report.facts):
            screen.out(line)
        screen.out()
    unread = _list("Not read of what the policy includes:", [str(one) for one in policy.unread])
    for line in (*describe_document(inputs.spec), *unread, *describe_remarks(report)):
        screen.out(line)
    left_out = f", {len(inputs.spec.left_out)} left out" if inputs.spec.left_out else ""
    screen.out(
        f"{join_lines(policy.id)} {join_lines(policy.version)}: ok;"
        f" {count_noun(len(policy.clauses), 'clause')}, {count_noun(len(policy.origins), 'fact')},"
        f" {count_noun(len(inputs.spec.operations), 'operation')}{left_out}"
    )
    return 0


def describe_document(spec: Spec) -> Iterator[str]:
    """Describe the mistakes of the document: what is left out for them, and the others."""
    if spec.is_swagger:
        yield "The document is of Swagger 2.0: it is read as OpenAPI 3.0."
    for heading, lines in (
        ("Operations that are left out: the document's description of them is broken:",
         [str(one) for one in spec.left_out]),
        ("Remarks on the document; they leave no operation out:",
         [str(one) for one in spec.remarks]),
    ):  # fmt: skip
        yield from _list(heading, lines)


def describe_remarks(report: LintReport) -> Iterator[str]:
    """Describe the remarks for a reviewer, with a heading for each kind."""
    for heading, lines in (
        ("Contradictions between the policy and the document, or within the policy:",
         [f"{r.about}: {r.message}" for r in report.contradictions]),
        ("Contradictions of the sources, and what is in force:",
         [f"{r.about}: {r.message}" for r in report.of_sources]),
        ("Clauses whose checks have nothing to read:",
         [f"{r.about}: {r.message}" for r in report.unread]),
        ("Facts that no clause names:", list(report.unnamed)),
        ("Clauses of the provider that no check tests and no person attests:",
         [", ".join(report.unchecked)] if report.unchecked else []),
    ):  # fmt: skip
        yield from _list(heading, lines)


def _list(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield toned(heading, "warn")
        yield from (f"  {join_lines(line)}" for line in lines)
        yield ""


def describe_facts(facts: Sequence[FactOrigin]) -> Iterator[str]:
    """Describe every fact in force in columns: path, value, grade, origin."""
    width = min(max((len(item.path) for item in facts), default=0), 50)
    for item in facts:
        value = join_lines(describe_value(item.value))[:_VALUE_SHOWN]
        yield (
            f"{item.path:<{width}}  {value:<{_VALUE_SHOWN}}  {item.grade.value}"
            f"  {item.kind}{' ' + item.place if item.place else ''}"
        )
