"""apicheck schema: print the JSON Schema of a kind of file."""

from __future__ import annotations

import json

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen

_LINES = {
    "policy": "# yaml-language-server: $schema=policy.schema.json",
    "target": "#:schema target.schema.json",
    "baseline": "# yaml-language-server: $schema=baseline.schema.json",
    "results": "",
}
"""Kind of file -> its first line, by which editors find the schema."""


@click.command("schema")
@click.argument("kind", type=click.Choice(tuple(_LINES)))
@options.loudness
@click.pass_obj
def command(screen: Screen, kind: str) -> int:
    """Print the JSON Schema of policies, target files, baselines or results.

    Editors complete and check a file by it, if its first line names the schema; the command says
    which line that is.

    \b
    apicheck schema policy > policy.schema.json
    """
    from apicheck.load import published_schema
    from apicheck.report.results_json import load_schema

    schema = load_schema() if kind == "results" else published_schema(kind)
    screen.out(json.dumps(schema, indent=1, ensure_ascii=False))
    if _LINES[kind]:
        screen.say(f"first line of the file, for editors: {_LINES[kind]}")
    return 0
