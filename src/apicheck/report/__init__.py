"""Reports: pure functions of results and evidence. Same input, same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from apicheck.model.exchange import Transcript
from apicheck.model.results import Results
from apicheck.report.curl import build_command
from apicheck.report.results_json import results_from_json

Format = Literal["html", "json", "junit"]

FORMATS: tuple[Format, ...] = ("html", "json", "junit")
FILE_NAMES = {"html": "report.html", "json": "results.json", "junit": "junit.xml"}
"""Format -> the name of its file in a run directory."""

__all__ = ["FILE_NAMES", "FORMATS", "Format", "build_command", "render", "results_from_json"]


def render(results: Results, transcripts: Iterable[Transcript], format: str) -> bytes:  # noqa: A002  (the word that the command line uses)
    """Render the report as "html", "json" or "junit". Raises ValueError for another format.

    transcripts: the recorded evidence, read once and in order; only html shows it.
    """
    if format == "json":
        from apicheck.report.results_json import encode_results

        return encode_results(results)
    if format == "junit":
        from apicheck.report.junit import render_junit

        return render_junit(results)
    if format == "html":
        from apicheck.report.html import render_html

        return render_html(results, transcripts)
    raise ValueError(f"unknown report format {format!r}: one of {', '.join(FORMATS)}")
