"""apicheck new-check: the skeleton of a check."""

from __future__ import annotations

from pathlib import Path

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen


@click.command("new-check")
@click.argument("check", metavar="FAMILY/NAME")
@click.option("--fact", default="", metavar="PATH",
              help="The fact of the policy that the check reads, such as requests.media. Where no"
              " policy can state it yet, the places of a new fact are listed.")  # fmt: skip
@click.option("--refusal", is_flag=True,
              help="The canonical request with one change must be refused as the fact"
              " promises.")  # fmt: skip
@click.option("--passive", is_flag=True,
              help="The check sends nothing: it reads the responses of the whole run.")  # fmt: skip
@options.loudness
@click.pass_obj
def command(screen: Screen, check: str, fact: str, *, refusal: bool, passive: bool) -> int:
    """Write the skeleton of a check and of what belongs to it.

    It writes the module, the page, a fault of the reference server and a changelog fragment.

    The name is the thing that is tested, not the act of testing it: headers/request-id. Run it in
    a checkout of apicheck, or in a project of your own that has an entry point
    "apicheck.checks"; there it writes module and page. It overwrites nothing.

    The skeleton is legal and says REPLACE where you have to write. Its tests fail until you have.
    The guide is docs/write-a-check.md.

    \b
    apicheck new-check headers/vary --passive --fact responses
    apicheck new-check errors/empty-body --refusal --fact requests.syntax
    apicheck new-check auth/clock-skew --fact authentication.lifetime
    """
    from apicheck.scaffold import Kind, draw_up, find_project, write

    if refusal and passive:
        raise click.UsageError("A refusal takes a request, so --refusal and --passive exclude"
                               " each other.")  # fmt: skip
    kind = Kind.REFUSAL if refusal else Kind.PASSIVE if passive else Kind.ACTIVE
    skeleton = draw_up(find_project(Path.cwd()), check, kind, fact)
    write(skeleton)
    for word, paths in (("written", skeleton.written), ("changed", skeleton.changed)):
        for path in paths:
            screen.out(f"{word}  {path}")
    for number, step in enumerate(skeleton.steps, 1):
        screen.out(f"\n{number}. {step.what}")
        for line in step.lines:
            screen.out(f"     {line}")
    return 0
