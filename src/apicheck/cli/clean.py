"""apicheck clean: delete what a run left on its target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from apicheck.cli import options
from apicheck.cli.as_in_the_run import OF_THE_TARGET, as_in_the_run
from apicheck.cli.modified import allow_modified, refuse_modified
from apicheck.cli.run import command as run
from apicheck.cli.screen import Screen
from apicheck.report.text import join_lines

_LEFT = 3


@click.command("clean")
@click.argument("run_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@options.target
@allow_modified
@options.loudness
@click.pass_obj
def command(screen: Screen, /, run_dir: Path, *, allow_modified: bool, **given: Any) -> int:
    """Delete what a run left on its target.

    After a run that was killed, `apicheck judge` names what it left behind, and this command
    deletes it; `apicheck run --resume` finishes the run instead. The target file and the secrets
    are found as the run found them: call the command in the same folder, with the same
    environment; options replace those of the run. What it sends goes into a file of its own beside
    the journal. The exit code is 3 if something is left.

    \b
    apicheck clean reports/canonical-20261121T063000
    """
    from apicheck.run import clean, recorded_arguments

    refuse_modified(screen, run_dir, allowed=allow_modified)
    config = options.build_config(
        as_in_the_run(run, recorded_arguments(run_dir)[1:], given, OF_THE_TARGET)
    )
    done = clean(run_dir, config, screen.progress())
    screen.out(f"deleted: {done.deleted}, left: {len(done.left)}")
    for one in done.left:
        screen.out(f"  {join_lines(one)}")
    return _LEFT if done.left else 0
