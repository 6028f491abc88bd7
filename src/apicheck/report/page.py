"""Render a check's page from Markdown to harmless markup: no HTML, images or scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from apicheck.report.text import make_visible

_EXAMPLES = "examples"
_FIX = "how to fix"


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of a check's page that a report shows separately; markup, "" when absent."""

    fix: Markup
    about: Markup


@cache
def read_page(markdown: str) -> Page:
    """Read a page: its "How to fix it", and the rest without title and examples."""
    fix: list[str] = []
    about: list[str] = []
    for heading, body in read_sections(make_visible(markdown)):
        if heading.lower().startswith(_FIX):
            fix.append(body)
        elif heading and not heading.lower().startswith(_EXAMPLES):
            about.append(f"#### {heading}\n{body}")
        elif not heading:
            about.append(body)
    return Page(render_markdown("\n".join(fix)), render_markdown("\n".join(about)))


def render_markdown(markdown: str) -> Markup:
    """Render CommonMark with tables as HTML; HTML in the text is shown as text."""
    rendered = _make_renderer().render(markdown).strip()
    rendered = re.sub(r"<th(?=[ >])", '<th scope="col"', rendered)
    return Markup(rendered)  # noqa: S704  (the renderer escapes everything)


@cache
def _make_renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def read_sections(markdown: str) -> list[tuple[str, str]]:
    """Read (heading, body) of each section, which begins at `## ` outside code; the first is ""."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    fenced = False
    for line in markdown.split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        if not fenced and line.startswith("## "):
            sections.append((line[3:].strip(), []))
        elif fenced or not line.startswith("# "):
            sections[-1][1].append(line)
    return [(heading, "\n".join(body).strip()) for heading, body in sections]
