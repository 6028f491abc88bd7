"""The coverage of profiles as text, Markdown, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from apicheck.report.text import join_lines

if TYPE_CHECKING:
    from apicheck.run import ClauseCoverage, Coverage, Means

_ABOUT = """\
# Coverage

What becomes of each clause of the profiles. Written by `make pages`; do not edit it.

| by | |
|---|---|
| `check` | `apicheck run` tests it, on the API or in its OpenAPI document |
| `receiver` | a partner's receiver of webhooks is tested |
| `attestation` | a person answers the question; the reason stands before it |
| `sandbox` | it binds the partner's client, which only a sandbox can watch |
| `informative` | it demands nothing |
| `open` | it could be tested, and is not yet |

*Faults* are the defects of the reference server with which the clause fails, as the
[proof](proof.md) recorded them, or where there is no such record, those that its checks detect. A
*quoted* clause is a sentence of the provider's own text."""

_COLUMNS = (
    "profile",
    "clause",
    "section",
    "level",
    "actors",
    "by",
    "checks",
    "faults",
    "why",
    "says",
)
_FAULTS_NAMED = 3


def build_markdown(coverages: Sequence[Coverage]) -> str:
    """The coverage of several profiles as one page of Markdown."""
    tables = ("\n".join(_table(coverage)) for coverage in coverages)
    return "\n\n".join([_ABOUT, "\n".join(_totals(coverages)), *tables]) + "\n"


def build_json(coverages: Sequence[Coverage]) -> str:
    """The coverage as JSON: a list of clauses, each with its checks and the faults by check."""
    rows = [
        {**_cells(coverage, one), "faults": {k: list(v) for k, v in (one.faults or {}).items()}}
        for coverage in coverages
        for one in coverage.clauses
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def build_csv(coverages: Sequence[Coverage]) -> str:
    """The coverage as CSV (RFC 4180) with a header; spaces part several values of a cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    for coverage in coverages:
        for one in coverage.clauses:
            cells = _cells(coverage, one)
            lists = ("actors", "checks", "faults")
            writer.writerow({**cells, **{name: " ".join(cells[name]) for name in lists}})
    return text.getvalue()


def build_text(coverages: Sequence[Coverage]) -> str:
    """The coverage for a terminal: a line for each clause, and how many are placed."""
    lines = [line for coverage in coverages for line in (*_lines(coverage), "")]
    return "\n".join([*lines, *map(describe_placed, coverages), _describe_all(coverages)]) + "\n"


def describe_placed(coverage: Coverage) -> str:
    """How many clauses are placed, and by which means: one line."""
    from apicheck.run import Means

    counts = ", ".join(f"{coverage.count(by)} {by}" for by in Means if coverage.count(by))
    return f"{coverage.profile:<12}  {coverage.placed} of {len(coverage.clauses)} placed: {counts}"


def _describe_all(coverages: Sequence[Coverage]) -> str:
    placed, quoted = _count_quoted(coverages)
    total = sum(len(coverage.clauses) for coverage in coverages)
    every = sum(coverage.placed for coverage in coverages)
    return f"{'all':<12}  {every} of {total} placed; of the quoted clauses {placed} of {quoted}"


def _count_quoted(coverages: Sequence[Coverage]) -> tuple[int, int]:
    """How many quoted clauses are placed, and how many there are."""
    from apicheck.run import Means

    quoted = [one for coverage in coverages for one in coverage.clauses if one.clause.quote]
    return sum(one.means is not Means.OPEN for one in quoted), len(quoted)


def _lines(coverage: Coverage) -> Iterator[str]:
    from apicheck.run import Means

    yield f"{coverage.profile}: {join_lines(coverage.policy.title)}"
    width = max((len(one.clause.id) for one in coverage.clauses), default=0)
    for one in coverage.clauses:
        text = ", ".join(one.checks) or one.explanation
        if one.means is Means.CHECK:
            text += f"  ({len(one.caught) or 'no'} {'fault' if len(one.caught) == 1 else 'faults'})"
        actors = ", ".join(one.clause.actors)
        yield join_lines(
            f"  {one.clause.id:<{width}}  {one.clause.level:<8}  {one.means:<11}  {actors}: {text}"
        )


def _totals(coverages: Sequence[Coverage]) -> Iterator[str]:
    from apicheck.run import Means

    yield f"| profile | clauses | placed | {' | '.join(Means)} |"
    yield "|---|---|---|" + "---|" * len(Means)
    for coverage in coverages:
        counts = " | ".join(str(coverage.count(by)) for by in Means)
        name = f"[{coverage.profile}](#{coverage.profile})"
        yield f"| {name} | {len(coverage.clauses)} | {coverage.placed} | {counts} |"
    yield ""
    placed, quoted = _count_quoted(coverages)
    yield f"Of the {quoted} quoted clauses, {placed} are placed."


def _table(coverage: Coverage) -> Iterator[str]:
    yield f"## {coverage.profile}"
    yield ""
    yield "| clause | level | binds | by | checks, or why there is none | faults |"
    yield "|---|---|---|---|---|---|"
    for one in coverage.clauses:
        named = ", ".join(f"`{check}`" for check in one.checks) or escape_cell(one.explanation)
        binds = ", ".join(one.clause.actors)
        cells = (one.clause.id, one.clause.level, binds, one.means, named, _name_faults(one))
        yield f"| {' | '.join(cells)} |"


def _name_faults(one: ClauseCoverage) -> str:
    from apicheck.run import Means

    if one.means is Means.CHECK and not one.caught:
        return "none recorded"
    named = ", ".join(f"`{fault}`" for fault in one.caught[:_FAULTS_NAMED])
    more = len(one.caught) - _FAULTS_NAMED
    return f"{named} and {more} more" if more > 0 else named


def escape_cell(text: str) -> str:
    """Text for a cell of a Markdown table: one line, without markup."""
    return re.sub(r"([\\`*_\[\]|])", r"\\\1", join_lines(text)).replace("<", "&lt;")


def _cells(coverage: Coverage, one: ClauseCoverage) -> dict[str, list[str] | str]:
    clause = one.clause
    by: Means = one.means
    return {
        "profile": coverage.profile,
        "clause": clause.id,
        "section": clause.section,
        "level": str(clause.level),
        "actors": list(clause.actors),
        "by": str(by),
        "checks": list(one.checks),
        "faults": list(one.caught),
        "why": one.explanation,
        "says": clause.quote or clause.statement or clause.title,
    }
