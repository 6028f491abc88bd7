"""apicheck run: test an API against its policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from apicheck.cli import options
from apicheck.cli.keys import key_file
from apicheck.cli.results import describe_run
from apicheck.cli.screen import Screen
from apicheck.report import FORMATS


@click.command("run", no_args_is_help=False)
@options.documents
@options.target
@options.selection
@options.limits
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="The run directory (default: reports/<profile>-<time>/).")  # fmt: skip
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS),
              help="A format of the report, beside results.json. Repeatable.")  # fmt: skip
@key_file("--sign-key", "Sign the run with this private key: Ed25519, PEM (PKCS#8).")
@click.option("--sign-key-env", metavar="NAME",
              help="Sign the run with the private key in this variable.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print results.json on stdout.")
@options.loudness
@click.pass_obj
def command(screen: Screen, /, *, as_json: bool, **given: Any) -> int:
    """Test an API against its policy, clause by clause.

    If an apicheck.toml names the policy and the target, `apicheck run` needs no options. The
    first Ctrl-C or SIGTERM stops sending; apicheck then deletes what it made, judges and reports.

    \b
    apicheck run
    apicheck run --profile canonical --target staging.toml --max-requests 2000
    apicheck run --spec openapi.yaml --base-url http://127.0.0.1:8000
    apicheck run --select auth --select scopes/denied --format junit
    """
    config = options.build_config(given)
    from apicheck.run import run_pipeline

    result = run_pipeline(config, screen.progress())
    if as_json:
        from apicheck.report import render

        screen.out(render(result.results, (), "json").decode().rstrip("\n"))
    else:
        for line in describe_run(result.results, result.files, verbose=screen.verbose):
            screen.out(line)
    for leak in result.leaks:
        screen.complain(f"a file of this run contains a secret: {leak}; do not share the run")
    return result.exit_code
