"""Render findings as workflow commands of GitHub Actions, which shows them at lines of files.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from apicheck.model.results import Finding, Results
from apicheck.model.verdict import Consequence
from apicheck.report.alike import group_alike
from apicheck.report.consequences import find_consequences
from apicheck.report.text import cut, join_lines, make_visible
from apicheck.report.words import title_of

MOST_OF_A_LEVEL = 10
"""GitHub shows no more of a step."""
_LONGEST = 1_000
_COMMAND = re.compile(r"^(\s*):(?=:)", re.MULTILINE)


def render_annotations(results: Results, known: Collection[str] = ()) -> Iterator[str]:
    """Render a line for each kind of findings: an error for a violation, else a warning.

    known: ids of findings that a baseline knows; they become notices.
    """
    meant = find_consequences(results)
    used: dict[str, int] = {}
    for finding, *others in group_alike(results.findings):
        level = _choose_level(meant[finding.id], is_known=finding.id in known)
        used[level] = used.get(level, 0) + 1
        if level and used[level] <= MOST_OF_A_LEVEL:
            yield _render(results, finding, len(others), level)


def disarm(text: str) -> str:
    r"""Make lines of a log that no runner takes for commands: `::error` becomes `\::error`.

    The runner ignores space before `::`, and finds `##[` anywhere in a line.
    """
    return _COMMAND.sub(r"\1\\:", text).replace("##[", "##\\[")


def disarm_json(text: str) -> str:
    """As `disarm`, for a JSON text, whose value stays the same."""
    return text.replace("##[", "##\\u005b")


def _choose_level(consequence: Consequence, *, is_known: bool) -> str:
    level = {Consequence.VIOLATION: "error", Consequence.WARNING: "warning"}.get(consequence, "")
    return "notice" if level and is_known else level


def _render(results: Results, finding: Finding, others: int, level: str) -> str:
    title = title_of(results.catalogue.get(finding.check, {}), failed=True) or finding.check
    clauses = ", ".join(finding.clauses)
    more = f" (and {others} more of this kind)" if others else ""
    message = (
        f"{clauses}: expected {finding.expected}, got {finding.actual}"
        f" on {', '.join(finding.operations or finding.subjects) or 'the API'}{more}"
    )
    properties = {"title": title} | _find_place(results, finding)
    written = ",".join(f"{key}={_escape_property(value)}" for key, value in properties.items())
    return f"::{level} {written}::{_escape(cut(make_visible(message), _LONGEST))}"


def _find_place(results: Results, finding: Finding) -> dict[str, str]:
    """The file and the line of the first clause or operation that the repository has."""
    for kind, names in (("clauses", finding.clauses), ("operations", finding.operations)):
        places = results.run.places.get(kind, {})
        for place in (places[name] for name in names if name in places):
            file, _, line = place.rpartition(":")
            return {"file": file, "line": line}
    return {}


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(cut(join_lines(text), _LONGEST)).replace(":", "%3A").replace(",", "%2C")
