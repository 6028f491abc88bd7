"""How a command that has made a run ends: what it prints, and its exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from apicheck.cli import known
from apicheck.cli.results import describe_run
from apicheck.cli.screen import Screen
from apicheck.model.baseline import KnownFinding

if TYPE_CHECKING:
    from apicheck.run import RunResult


def print_result(screen: Screen, result: RunResult, *, as_json: bool) -> None:
    """Print the results of a run, and which of its files contain a secret."""
    if as_json:
        from apicheck.report import render

        screen.out(render(result.results, (), "json").decode().rstrip("\n"))
    else:
        for line in describe_run(result.results, result.files, verbose=screen.verbose):
            screen.out(line)
    for leak in result.leaks:
        screen.complain(f"a file of this run contains a secret: {leak}; do not share the run")


def show_result(
    screen: Screen,
    result: RunResult,
    entries: Sequence[KnownFinding],
    given: Mapping[str, Any],
    *,
    as_json: bool,
) -> int:
    """Print the results beside a baseline, and return the exit code: that of a leak goes first.

    entries: of the baseline. given: the options of the command, as click has them.
    """
    print_result(screen, result, as_json=as_json)
    code = known.compare(
        screen, result.results, given["baseline"], entries, given["fail_on"], aside=as_json
    )
    return result.exit_code if result.leaks else code
