"""apicheck verify: compare the files of a run with its manifest, or with its signature."""

from __future__ import annotations

from pathlib import Path

import click

from apicheck.cli import options
from apicheck.cli.keys import key_file
from apicheck.cli.screen import Screen
from apicheck.report.text import join_lines

_CHANGED = 1


@click.command("verify")
@click.argument("run_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@key_file("--key", "A public key (Ed25519, PEM) that must have signed the run. Repeatable.",
          multiple=True)  # fmt: skip
@options.loudness
@click.pass_obj
def command(screen: Screen, run_dir: Path, key: tuple[Path, ...]) -> int:
    """Compare the files of a run with its manifest, or with what was signed.

    The manifest has a digest of each file that the run wrote. The exit code is 1 if one of them
    was changed or is missing. The command prints the digest of the manifest itself: whoever has
    noted it can tell that nobody wrote another manifest.

    With --key, the signature of the run is verified as well: the exit code is 1 if the key did not
    sign, or signed other files, and 2 if there is no signature that can be read.

    \b
    apicheck verify reports/canonical-20261121T063000
    apicheck verify reports/canonical-20261121T063000 --key public.pem
    """
    from apicheck.run import (
        find_changes,
        hash_manifest,
        list_signers,
        read_public_key,
        verify_run,
    )

    if key:
        keys = [read_public_key(path) for path in key]
        verified = verify_run(run_dir, keys)
        refusals, changes = verified.refusals, verified.changes
        as_it_was = f"every file is as it was signed with the key {', '.join(k.id for k in keys)}"
    else:
        refusals, changes = (), find_changes(run_dir)
        as_it_was = "every file of the run is as the run wrote it"
        for signer in list_signers(run_dir):
            screen.say(f"signed with {signer}, says signature.json; --key verifies it")
    for line in (*refusals, *changes):
        screen.out(join_lines(str(line)))
    broken = bool(refusals) or any(not change.new for change in changes)
    screen.out(("not as it was signed" if key else "changed") if broken else as_it_was)
    if not key:
        screen.out(f"sha256 of the manifest: {hash_manifest(run_dir)}")
    return _CHANGED if broken else 0
