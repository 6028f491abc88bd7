"""apicheck sign: sign a run that is over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from apicheck.cli import options
from apicheck.cli.keys import key_file, load_key
from apicheck.cli.screen import Screen


@click.command("sign")
@click.argument("run_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@key_file("--key", "The private key: Ed25519, PEM (PKCS#8).")
@click.option("--key-env", metavar="NAME", help="Take the private key from this variable.")
@options.loudness
@click.pass_obj
def command(screen: Screen, /, run_dir: Path, **given: Any) -> int:
    """Sign a run that is over, with an Ed25519 key.

    The signature is over the digests of all files of the run, and is written into its directory as
    signature.json. `apicheck run --sign-key` does it at the end of a run. Several may sign a run.

    \b
    openssl genpkey -algorithm ed25519 -out private.pem
    openssl pkey -in private.pem -pubout -out public.pem
    apicheck sign reports/canonical-20261121T063000 --key private.pem
    apicheck verify reports/canonical-20261121T063000 --key public.pem
    """
    from apicheck.run import sign_run

    key = load_key(given, "key", "key_env")
    if key is None:
        raise click.UsageError("name the private key: --key FILE, or --key-env NAME")
    screen.out(f"{sign_run(run_dir, key)}: signed with the key {key.public.id}")
    return 0
