"""The options of a baseline, and what commands do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from apicheck.cli import options
from apicheck.cli.github import annotate
from apicheck.cli.screen import Screen
from apicheck.model.baseline import KnownFinding
from apicheck.model.results import Results

baseline = options.combine(
    click.option("--baseline", type=options.FILE, metavar="FILE",
                 help="Say which findings are new, and which this file knows (apicheck baseline)."),
    click.option("--fail-on", type=click.Choice(["any", "new"]), default="any", show_default=True,
                 help="Which violations count for the exit code: any, or new ones alone."),
)  # fmt: skip


def load_known(path: Path | None, fail_on: str = "any") -> tuple[KnownFinding, ...]:
    """Load the baseline that the options name; () without one."""
    from apicheck.load import load_baseline

    if path is None:
        if fail_on == "new":
            raise click.UsageError("--fail-on new needs --baseline FILE: new compared to what?")
        return ()
    return load_baseline(path, datetime.now(UTC).date())


def leave_out(results: Results, entries: Sequence[KnownFinding]) -> Results:
    """The results without the findings that a baseline knows."""
    from apicheck.judge import compare_with_baseline

    known = compare_with_baseline(results, entries, datetime.now(UTC).date()).known
    return replace(results, findings=tuple(one for one in results.findings if one.id not in known))


def compare(
    screen: Screen,
    results: Results,
    path: Path | None,
    entries: Sequence[KnownFinding],
    fail_on: str,
    *,
    aside: bool = False,
) -> int:
    """Print how the findings stand beside a baseline, annotate them, and choose the exit code.

    aside: on stderr, as stdout has JSON.
    """
    from apicheck.judge import choose_exit_code, compare_with_baseline
    from apicheck.report.baseline import describe_comparison

    if path is None:
        annotate(results)
        return results.word.exit_code
    comparison = compare_with_baseline(results, entries, datetime.now(UTC).date())
    show = screen.say if aside else screen.out
    for line in ("", *describe_comparison(comparison, results)):
        show(line)
    annotate(results, comparison)
    if fail_on != "new":
        return results.word.exit_code
    code = choose_exit_code(results, comparison)
    if code != results.word.exit_code:
        show(f"every violation is known: exit code {code}, as if there were none")
    return code
