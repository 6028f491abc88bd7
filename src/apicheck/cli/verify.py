"""apicheck verify: compare the files of a run with its manifest."""

from __future__ import annotations

from pathlib import Path

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen

_CHANGED = 1


@click.command("verify")
@click.argument("run_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@options.loudness
@click.pass_obj
def command(screen: Screen, run_dir: Path) -> int:
    """Compare the files of a run with its manifest.

    The manifest has a digest of each file that the run wrote. The exit code is 1 if one of them
    was changed or is missing. The command prints the digest of the manifest itself: whoever has
    noted it can tell that nobody wrote another manifest.

    \b
    apicheck verify reports/canonical-20261121T063000
    """
    from apicheck.run import find_changes, hash_manifest

    changes = find_changes(run_dir)
    for change in changes:
        screen.out(f"{change}")
    broken = any(not change.new for change in changes)
    screen.out("changed" if broken else "every file of the run is as the run wrote it")
    screen.out(f"sha256 of the manifest: {hash_manifest(run_dir)}")
    return _CHANGED if broken else 0
