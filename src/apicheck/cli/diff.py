"""apicheck diff: what changed between two runs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen

_WORSE = 1


@click.command("diff")
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the difference as JSON.")
@options.loudness
@click.pass_obj
def command(screen: Screen, old: Path, new: Path, *, as_json: bool) -> int:
    """Say what changed from the run OLD to the run NEW.

    Each is a run directory, or its results.json. A finding is fixed where its check passes now;
    where the second run did not test all of it, the command says so. The exit code is 1 where
    something is worse: a finding is new or on more subjects, or what was decided is no longer
    exercised.

    \b
    apicheck diff reports/orders-20261101T063000 reports/orders-20261121T063000
    """
    from apicheck.judge import compare_runs
    from apicheck.report.difference import describe_difference, difference_as_json
    from apicheck.run import read_results

    before, after = read_results(old), read_results(new)
    difference = compare_runs(before, after)
    if as_json:
        screen.out(json.dumps(difference_as_json(difference, before, after), indent=1))
    else:
        for line in describe_difference(difference, before, after):
            screen.out(line)
    return _WORSE if difference.is_worse else 0
