"""apicheck audit: judge recorded traffic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from apicheck.cli import known, options
from apicheck.cli.ending import show_result
from apicheck.cli.keys import key_file
from apicheck.cli.screen import Screen
from apicheck.report import FORMATS


@click.command("audit")
@click.argument("recording", type=options.FILE)
@options.documents
@click.option("--base-url", default="", metavar="URL",
              help="Where the API is (default: where most recorded requests to its operations"
              " went).")  # fmt: skip
@options.selection
@click.option("--allow-incomplete", "allow_incomplete", metavar="KIND,…",
              help="Excuse these kinds of not-tested (read-only, …).")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="The run directory (default: reports/<profile>-audit-<time>/).")  # fmt: skip
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS),
              help="A format of the report, beside results.json. Repeatable.")  # fmt: skip
@key_file("--sign-key", "Sign the run with this private key: Ed25519, PEM (PKCS#8).")
@known.baseline
@click.option("--json", "as_json", is_flag=True, help="Print results.json on stdout.")
@options.loudness
@click.pass_obj
def command(
    screen: Screen, /, recording: Path, base_url: str, *, as_json: bool, **given: Any
) -> int:
    """Judge the traffic of a HAR file by a policy. Nothing is sent.

    Only passive checks can judge recorded traffic; what the others would ask is not tested, and
    --allow-incomplete read-only excuses that. Credentials in the recording are replaced by
    placeholders before anything is written.

    \b
    apicheck audit browser.har --spec openapi.yaml
    apicheck audit staging.har --policy policy.yaml --allow-incomplete read-only
    """
    from apicheck.run import audit

    entries = known.load_known(given["baseline"], given["fail_on"])
    result = audit(options.build_config(given), recording, base_url)
    return show_result(screen, result, entries, given, as_json=as_json)
