"""apicheck profiles: list the packaged policies, and how each of their clauses is tested."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen
from apicheck.model.policy import PROVIDER_ACTORS
from apicheck.report.text import join_lines

if TYPE_CHECKING:
    from apicheck.run import Coverage

_FORMATS = ("text", "markdown", "json", "csv")


@click.command("profiles")
@click.option("--profile", "profiles", multiple=True, metavar="NAME",
              help="Only this profile. Repeatable.")  # fmt: skip
@click.option("--coverage", is_flag=True,
              help="Print for each clause which checks test it and which faults they detect, or why"
              " no check tests it.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True,
              help="The format of the coverage.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the coverage to this file instead of stdout.")  # fmt: skip
@click.option("--pages", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
              help="Write a page for each profile into this folder: what is promised, how it is"
              " tested, what is contradictory, what only a person can attest.")  # fmt: skip
@options.loudness
@click.pass_obj
def command(
    screen: Screen,
    /,
    profiles: tuple[str, ...],
    *,
    coverage: bool,
    form: str,
    output: Path | None,
    pages: Path | None,
) -> int:
    """List the packaged policies.

    Each is a profile: a policy and its OpenAPI document, which come with apicheck.

    \b
    apicheck profiles --coverage
    apicheck profiles --coverage --profile capsule --format csv -o capsule.csv
    """
    if not coverage and (form != "text" or output is not None):
        raise click.UsageError("--format and --output are of --coverage")
    from apicheck.load import profile_names
    from apicheck.registry import collect
    from apicheck.run import measure_coverage

    checks = collect()
    measured = [measure_coverage(name, checks) for name in profiles or profile_names()]
    if pages is not None:
        _write_pages(screen, pages, measured)
    elif not coverage:
        for one in measured:
            screen.out(_summarize(one))
    if not coverage:
        return 0
    text = _render(measured, form)
    if output is None:
        screen.out(text.rstrip("\n"))
    else:
        output.write_text(text, encoding="utf-8")
        screen.say(f"wrote the coverage to {output}")
    return 0


def _write_pages(screen: Screen, folder: Path, measured: Sequence[Coverage]) -> None:
    from apicheck.cli.provider_page import build_page

    folder.mkdir(parents=True, exist_ok=True)
    for one in measured:
        (folder / f"{one.profile}.md").write_text(build_page(one), encoding="utf-8")
    screen.say(f"wrote {len(measured)} pages to {folder}")


def _summarize(one: Coverage) -> str:
    from apicheck.run import Means

    of_provider = sum(bool(set(c.clause.actors) & set(PROVIDER_ACTORS)) for c in one.clauses)
    return (
        f"{one.profile:<12}  {len(one.clauses):3} clauses, {of_provider:3} of the provider,"
        f" {one.count(Means.CHECK):3} with a check; {one.operations:3} operations;"
        f" {join_lines(one.policy.title)}"
    )


def _render(measured: Sequence[Coverage], form: str) -> str:
    from apicheck.cli import coverage_page

    match form:
        case "markdown":
            return coverage_page.build_markdown(measured)
        case "json":
            return coverage_page.build_json(measured)
        case "csv":
            return coverage_page.build_csv(measured)
        case _:
            return coverage_page.build_text(measured)
