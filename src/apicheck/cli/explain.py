"""apicheck explain: print the page of a check."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen, coloured
from apicheck.report.text import make_visible


@click.command("explain")
@click.argument("check")
@options.loudness
@click.pass_obj
def command(screen: Screen, check: str) -> int:
    """Print the page of a CHECK, which may be a part of its id.

    The page says what the check asserts, why it matters and how to fix a failure, with examples.

    \b
    apicheck explain auth/missing-credentials
    apicheck explain missing-cred
    """
    from apicheck.registry import collect

    checks = collect()
    page = make_visible(checks[find_check(check, tuple(checks))].page)
    if not coloured(sys.stdout):
        screen.out(page.rstrip("\n"))
        return 0
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(page, hyperlinks=False))
    return 0


def find_check(part: str, known: Sequence[str]) -> str:
    """Find the one check that a part of an id means: its beginning, else anything in it.

    An outcome (`errors/allow#missing`) means its check. Raises click.UsageError with the ids that
    come into question.
    """
    part = part.partition("#")[0].lower()
    if part in known:
        return part
    begun = [name for name in known if name.startswith(part)]
    found = begun or [name for name in known if part in name]
    if not found or not part:
        raise click.UsageError(options.describe_unknown("check", part, known))
    if len(found) > 1:
        raise click.UsageError(f"{part!r} is a part of {', '.join(found)}")
    return found[0]
