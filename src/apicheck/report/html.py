"""Render the HTML report: one self-contained file, readable without its script and on paper."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from apicheck.model.difference import Comparison
from apicheck.model.exchange import Transcript
from apicheck.model.json import Json, describe_value
from apicheck.model.results import Results
from apicheck.report.attested import (
    describe_answer,
    describe_attested,
    describe_denials,
    describe_person,
)
from apicheck.report.compared import measure_bar, view_since, view_trend
from apicheck.report.deliveries import view_deliveries
from apicheck.report.evidence import gather_evidence
from apicheck.report.facets import Facets
from apicheck.report.latency import view_latencies
from apicheck.report.operations import count_accepted, group_operations
from apicheck.report.results_json import summarize
from apicheck.report.scopes import MARKS, WORDS, view_scopes
from apicheck.report.scopes import TONES as SCOPE_TONES
from apicheck.report.text import count_noun, join_lines, make_visible
from apicheck.report.themes import view_operations, view_themes
from apicheck.report.timelines import view_timelines
from apicheck.report.times import find_clock
from apicheck.report.unjudged import explain_unjudged, name_attesters
from apicheck.report.view import (
    MORE_SHOWN,
    PRINTED_KINDS,
    count_tallies,
    group_by_kind,
    select_evidence,
    view_checks,
    view_clauses_elsewhere,
    view_findings,
    view_sections,
)
from apicheck.report.waived import describe_waiver
from apicheck.report.words import CONSEQUENCES, GLOSSARY, GLYPHS, SEVERITY_TONES, TONES

_VALUE_SHOWN = 400
_STYLES = ("report.css", "drawings.css", "narrow.css", "print.css")


def render_html(
    results: Results,
    transcripts: Iterable[Transcript],
    comparison: Comparison | None = None,
    *,
    print_full: bool = False,
) -> bytes:
    """Render the report of a run as one HTML file. It escapes every text of the target.

    comparison: earlier runs, for the trend and what changed. print_full: whether paper shows all.
    """
    recorded = tuple(transcripts)
    evidence = gather_evidence(recorded, select_evidence(results), find_clock(results.run))
    trend = view_trend(comparison, results)
    script = _read_asset("report.js")
    text = (
        _make_environment()
        .get_template("report.html.j2")
        .render(
            results=results,
            run=results.run,
            word=results.word,
            summary=summarize(results),
            tallies=count_tallies(results),
            attested=describe_attested(results.attestations),
            denials=tuple(describe_denials(results.attestations)),
            kinds=group_by_kind(view_findings(results, evidence)),
            sections=view_sections(results),
            elsewhere=view_clauses_elsewhere(results),
            checks=view_checks(results, evidence),
            evidence=evidence,
            themes=view_themes(results),
            timelines=view_timelines(results, recorded),
            deliveries=view_deliveries(recorded),
            latencies=view_latencies(results, recorded),
            scopes=view_scopes(results),
            scope_marks=MARKS,
            scope_tones=SCOPE_TONES,
            scope_words=WORDS,
            since=view_since(comparison, results),
            trend=trend,
            bar=measure_bar(trend),
            facets=Facets(results),
            print_full=print_full,
            PRINTED_KINDS=PRINTED_KINDS,
            MORE_SHOWN=MORE_SHOWN,
            by_theme=view_operations(results),
            accepted=count_accepted(results.operations),
            operation_groups=group_operations(results.operations),
            glossary=GLOSSARY,
            glyphs=GLYPHS,
            tones=TONES,
            severity_tones=SEVERITY_TONES,
            consequences=CONSEQUENCES,
            style=Markup("".join(map(_read_asset, _STYLES))),  # noqa: S704  (our own files)
            script=Markup(script),  # noqa: S704  (our own file)
            script_digest=_hash_script(script),
        )
    )
    return text.encode("utf-8", "replace")


@cache
def _make_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("apicheck.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )
    environment.filters["visible"] = make_visible
    environment.filters["one_line"] = join_lines
    environment.filters["short"] = _shorten
    environment.filters["plural"] = count_noun
    environment.filters["value"] = _show_value
    environment.filters["when"] = _format_time
    environment.filters["anchor"] = _make_anchor
    environment.filters["answer"] = describe_answer
    environment.filters["person"] = describe_person
    environment.filters["effect"] = describe_waiver
    environment.filters["unjudged"] = explain_unjudged
    environment.filters["attesters"] = name_attesters
    return environment


def _finalize(value: object) -> object:
    """Make every text of the page visible, unless it is markup already."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return make_visible(value)


def _shorten(digest: str) -> str:
    """Shorten a digest to its first 12 characters, enough to compare by eye."""
    return digest.removeprefix("sha256:")[:12]


def _show_value(value: Json) -> str:
    """Show a fact's value; a long value other than text is cut."""
    text = describe_value(value)
    return (
        text if isinstance(value, str) or len(text) <= _VALUE_SHOWN else text[:_VALUE_SHOWN] + "…"
    )


def _make_anchor(name: str) -> str:
    """Make a part of an element's id from a name; characters not allowed there become hex."""
    return re.sub(r"[^A-Za-z0-9._/-]", lambda match: f"_{ord(match[0]):x}_", name)


def _format_time(moment: str) -> str:
    """Format an RFC 3339 time as "2026-11-21 06:30:00 UTC"; "" is the end of a killed run."""
    if not moment:
        return "(unknown: the run was killed)"
    return moment.replace("T", " ").split(".")[0].removesuffix("Z").replace("+00:00", "") + " UTC"


@cache
def _read_asset(name: str) -> str:
    return (resources.files("apicheck.report") / "templates" / name).read_text("utf-8")


def _hash_script(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
