"""Reports: pure functions of results and evidence. Same input, same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

from apicheck.model.difference import Comparison
from apicheck.model.exchange import Transcript
from apicheck.model.results import Results
from apicheck.report.curl import build_command
from apicheck.report.results_json import results_from_json

FILE_NAMES: Mapping[str, str] = {
    "html": "report.html",
    "json": "results.json",
    "junit": "junit.xml",
    "sarif": "results.sarif",
    "ctrf": "ctrf.json",
    "markdown": "summary.md",
    "csv": "clauses.csv",
    "har": "exchanges.har",
    "oscal": "oscal.json",
}
"""Format -> the name of its file in a run directory."""
FORMATS = tuple(FILE_NAMES)

_RENDERERS = {
    "html": ("html", "render_html"),
    "json": ("results_json", "encode_results"),
    "junit": ("formats.junit", "render_junit"),
    "sarif": ("formats.sarif", "render_sarif"),
    "ctrf": ("formats.ctrf", "render_ctrf"),
    "markdown": ("formats.markdown", "render_markdown"),
    "csv": ("formats.clauses_csv", "render_csv"),
    "har": ("formats.har", "render_har"),
    "oscal": ("formats.oscal", "render_oscal"),
}
"""Format -> module and function. Each is imported when it is asked for."""
_SHOWING_EVIDENCE = ("html", "har")

__all__ = ["FILE_NAMES", "FORMATS", "build_command", "render", "results_from_json"]


def render(
    results: Results,
    transcripts: Iterable[Transcript],
    format: str,  # noqa: A002  (the word that the command line uses)
    comparison: Comparison | None = None,
    *,
    print_full: bool = False,
) -> bytes:
    """Render the report in one of `FORMATS`. Raises ValueError for another one.

    transcripts: the recorded evidence, read once and in order; only html and har show it.
    comparison, print_full: earlier runs, and whether paper shows all of the page; for html alone.
    """
    if format not in _RENDERERS:
        raise ValueError(f"unknown report format {format!r}: one of {', '.join(FORMATS)}")
    module, name = _RENDERERS[format]
    function: Callable[..., bytes] = getattr(import_module(f"apicheck.report.{module}"), name)
    if format == "html":
        return function(results, transcripts, comparison, print_full=print_full)
    return function(results, transcripts) if format in _SHOWING_EVIDENCE else function(results)
