"""apicheck explain: print the page of a check."""

from __future__ import annotations

import sys

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen, coloured
from apicheck.report.text import make_visible


@click.command("explain")
@click.argument("check")
@options.loudness
@click.pass_obj
def command(screen: Screen, check: str) -> int:
    """Print the page of a CHECK.

    The page says what the check asserts, why it matters and how to fix a failure, with examples.

    \b
    apicheck explain auth/missing-credentials
    """
    from apicheck.registry import collect

    checks = collect()
    if check not in checks:
        raise click.UsageError(options.describe_unknown("check", check, tuple(checks)))
    page = make_visible(checks[check].page)
    if not coloured(sys.stdout):
        screen.out(page.rstrip("\n"))
        return 0
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(page, hyperlinks=False))
    return 0
