"""The HTML report: one file that needs nobody, readable without its script and on paper."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from apicheck.model.exchange import Transcript
from apicheck.model.json import Json, describe_value
from apicheck.model.results import Results
from apicheck.report.evidence import gather_evidence
from apicheck.report.results_json import summarize
from apicheck.report.text import join_lines, make_visible
from apicheck.report.view import (
    count_tallies,
    group_by_kind,
    select_evidence,
    view_checks,
    view_clauses_elsewhere,
    view_findings,
    view_sections,
)
from apicheck.report.words import CONSEQUENCES, GLOSSARY, GLYPHS, SEVERITY_TONES, TONES

_VALUE_SHOWN = 400


def render_html(results: Results, transcripts: Iterable[Transcript]) -> bytes:
    """The report of a run as one HTML file. Every text of the target is shown, never obeyed."""
    evidence = gather_evidence(transcripts, select_evidence(results))
    script = _asset("report.js")
    text = (
        _environment()
        .get_template("report.html.j2")
        .render(
            results=results,
            run=results.run,
            word=results.word,
            summary=summarize(results),
            tallies=count_tallies(results),
            kinds=group_by_kind(view_findings(results, evidence)),
            sections=view_sections(results),
            elsewhere=view_clauses_elsewhere(results),
            checks=view_checks(results, evidence),
            evidence=evidence,
            glossary=GLOSSARY,
            glyphs=GLYPHS,
            tones=TONES,
            severity_tones=SEVERITY_TONES,
            consequences=CONSEQUENCES,
            style=Markup(_asset("report.css")),  # noqa: S704  (our own file)
            script=Markup(script),  # noqa: S704  (our own file)
            script_digest=_digest(script),
        )
    )
    return text.encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("apicheck.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalized,
    )
    environment.filters["visible"] = make_visible
    environment.filters["one_line"] = join_lines
    environment.filters["short"] = _short
    environment.filters["plural"] = _plural
    environment.filters["value"] = _value
    environment.filters["when"] = _when
    environment.filters["anchor"] = _anchor
    return environment


def _finalized(value: object) -> object:
    """Every text on its way into the page: made visible, unless it is markup already."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return make_visible(value)


def _short(digest: str) -> str:
    """The first 12 characters of a digest, which is enough to compare by eye."""
    return digest.removeprefix("sha256:")[:12]


def _plural(count: int, noun: str, plural: str = "") -> str:
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def _value(value: Json) -> str:
    """A fact's value; what is not text may be long, and is cut."""
    text = describe_value(value)
    return (
        text if isinstance(value, str) or len(text) <= _VALUE_SHOWN else text[:_VALUE_SHOWN] + "…"
    )


def _anchor(name: str) -> str:
    """A name as part of an id and of a link to it: what neither may hold is written as hex."""
    return re.sub(r"[^A-Za-z0-9._/-]", lambda match: f"_{ord(match[0]):x}_", name)


def _when(moment: str) -> str:
    """An RFC 3339 time for reading: "2026-11-21 06:30:00 UTC"; of a killed run there is none."""
    if not moment:
        return "(unknown: the run was cut off)"
    return moment.replace("T", " ").split(".")[0].removesuffix("Z").replace("+00:00", "") + " UTC"


@cache
def _asset(name: str) -> str:
    return (resources.files("apicheck.report") / "templates" / name).read_text("utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
