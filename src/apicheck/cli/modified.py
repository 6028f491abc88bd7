"""Runs whose files were changed after their end."""

from __future__ import annotations

from pathlib import Path

import click

from apicheck.cli.screen import Screen
from apicheck.model.errors import RunDirectoryError

allow_modified = click.option(
    "--allow-modified",
    is_flag=True,
    help="Go on although files of the run were changed after its end.",
)


def refuse_modified(screen: Screen, run_dir: Path, *, allowed: bool | None) -> None:
    """Say which files were changed; raise RunDirectoryError if results depend on one.

    allowed: go on in that case too; None where the command has no --allow-modified. A run that was
    killed has no manifest, and nothing to compare.
    """
    from apicheck.run import find_changes, has_manifest

    if not has_manifest(run_dir):
        return
    changes = [change for change in find_changes(run_dir) if not change.new]
    judged = [str(change) for change in changes if change.judged]
    if judged and not allowed:
        advice = (
            f"put it back, or `apicheck clean --allow-modified {run_dir}` and run anew"
            if allowed is None
            else "--allow-modified goes on all the same"
        )
        raise RunDirectoryError(
            f"{run_dir} is not as its run left it: {', '.join(judged)}; {advice}"
        )
    for change in changes:
        screen.say(f"{run_dir}: {change} after the run")
