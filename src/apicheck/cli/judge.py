"""apicheck judge: judge a saved run again."""

from __future__ import annotations

from pathlib import Path

import click

from apicheck.cli import options
from apicheck.cli.known import baseline as baseline_options
from apicheck.cli.known import compare, load_known
from apicheck.cli.modified import allow_modified, refuse_modified
from apicheck.cli.results import describe_run
from apicheck.cli.screen import Screen


@click.command("judge")
@click.argument("run_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option("--attestations", type=options.FILE, metavar="FILE",
              help="What people attest, in place of the file of the run.")  # fmt: skip
@baseline_options
@allow_modified
@options.loudness
@click.pass_obj
def command(
    screen: Screen,
    run_dir: Path,
    baseline: Path | None,
    fail_on: str,
    *,
    as_json: bool,
    attestations: Path | None,
    allow_modified: bool,
) -> int:
    """Judge a saved run again, from its journal.

    The command sends nothing. It also judges a run that was killed, and says what that run left on
    its target. If plan, policy, document or journal were changed after the run, it says which.

    \b
    apicheck judge reports/canonical-20261121T063000
    """
    from apicheck.run import judge_saved

    known = load_known(baseline, fail_on)
    refuse_modified(screen, run_dir, allowed=allow_modified)
    results = judge_saved(run_dir, attestations)
    if as_json:
        from apicheck.report import render

        screen.out(render(results, (), "json").decode().rstrip("\n"))
    else:
        for line in describe_run(results, directory=run_dir, verbose=screen.verbose):
            screen.out(line)
    return compare(screen, results, baseline, known, fail_on, aside=as_json)
