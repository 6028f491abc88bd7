"""What commands do in GitHub Actions: annotate findings, and print nothing that is a command."""

from __future__ import annotations

import os

import click

from apicheck.model.baseline import Comparison
from apicheck.model.results import Results


def is_in_actions() -> bool:
    """Whether a runner of GitHub Actions reads what is printed."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def make_harmless(text: str) -> str:
    """Make text that no runner takes for commands, where one reads it.

    Responses of the target stand in it: `::add-mask::` in one of them must do nothing.
    """
    if not is_in_actions() or ("::" not in text and "##[" not in text):
        return text
    from apicheck.report.formats.annotations import disarm, disarm_json

    return disarm_json(text) if text.startswith("{") else disarm(text)


def annotate(results: Results, comparison: Comparison | None = None) -> None:
    """Print an annotation for each kind of findings, on stderr, where a runner reads it."""
    if not is_in_actions():
        return
    from apicheck.report.formats.annotations import render_annotations

    for line in render_annotations(results, comparison.known if comparison else ()):
        click.echo(line, err=True)
