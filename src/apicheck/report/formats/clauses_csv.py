"""Render the clauses as CSV (RFC 4180), one a row, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from apicheck.model.results import ClauseResult, Results
from apicheck.report.text import cut, join_lines

COLUMNS = (
    "clause",
    "section",
    "level",
    "verdict",
    "consequence",
    "counts",
    "kind",
    "reason",
    "quote",
    "source",
    "actors",
    "checks",
    "subjects passed",
    "subjects failed",
    "findings",
)
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula; spreadsheets in Japanese take the wide forms as well."""
_LONGEST = 32_000
"""Characters of a cell: Excel holds 32,767."""


def render_csv(results: Results) -> bytes:
    """Render the clauses in the policy's order, in UTF-8 with the mark by which Excel knows it.

    A cell that a spreadsheet would compute begins with an apostrophe, which makes it text.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for item in results.clauses:
        writer.writerow([_make_harmless(value) for value in _list_values(results, item)])
    return written.getvalue().encode("utf-8-sig")


def _list_values(results: Results, item: ClauseResult) -> Iterator[str]:
    clause = item.clause
    checks = dict.fromkeys(result.check for _, result in results.results_of(item))
    yield from (clause.id, clause.section, clause.level.value)
    yield from (item.verdict.value, item.consequence.value, "yes" if item.in_scope else "no")
    yield item.kind.value if item.kind else ""
    yield from (item.reason, clause.quote or clause.statement or clause.title, clause.source)
    yield from (", ".join(clause.actors), ", ".join(checks))
    yield from (str(item.tally.get("pass", 0)), str(item.tally.get("fail", 0)))
    yield ", ".join(item.findings)


def _make_harmless(value: str) -> str:
    line = cut(join_lines(value), _LONGEST)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line
