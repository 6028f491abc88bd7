"""Render Markdown for job summaries and comments of pull requests, within their bounds.

Every text of the policy and of the target stands in code: there, no reader of Markdown sees
markup, links, mentions or references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apicheck.model.results import ClauseResult, Finding, Results
from apicheck.model.verdict import UNDECIDED, Consequence
from apicheck.report.alike import group_alike
from apicheck.report.consequences import find_consequences
from apicheck.report.text import count_noun, cut, join_lines, make_visible
from apicheck.report.words import CONSEQUENCES, GLYPHS, title_of

MOST_BYTES = 60_000
"""A comment on GitHub holds 65,536 characters; a job summary, 1 MiB."""
_NAMED = 8
_LONGEST_LINE = 300
_LONGEST_BLOCK = 3_000
_TICKS = re.compile("`+")


def render_markdown(results: Results, most_bytes: int = MOST_BYTES) -> bytes:
    """Render the run: its word, what to fix, the verdict of every clause as far as there is room.

    A block that does not fit is left out whole, with all that follow; the last line says so.
    """
    end = "\n_The rest is left out: the report has it._\n"
    room = most_bytes - len(end.encode())
    parts: list[str] = []
    for block in _list_blocks(results):
        room -= len(block.encode()) + 1
        if room < 0:
            parts.append(end)
            break
        parts.append(block)
    return "\n".join(parts).encode()


def _list_blocks(results: Results) -> Iterator[str]:
    word = results.word
    yield (
        f"## {GLYPHS[word.word]} {word.word.value}\n\n{_code(results.run.policy)} at"
        f" {_code(results.run.target)}: {_code(word.scope)}"
        f"{' (a part of the policy)' if word.partial else ''}\n\n{_code(word.why)}\n"
    )
    yield from _list_findings(results)
    yield from _list_open(results.clauses)
    yield "### Clauses\n\n| clause | level | verdict | |\n|---|---|---|---|"
    for item in results.clauses:
        meant = CONSEQUENCES[item.consequence]
        verdict = f"{GLYPHS[item.verdict]} {item.verdict.value}"
        level = item.clause.level.value
        yield f"| {_cell(item.clause.id)} | {level} | {verdict} | {meant} |"
    yield f"\n{_describe_origin(results)}\n"


def _list_findings(results: Results) -> Iterator[str]:
    meant = find_consequences(results)
    kinds = group_alike(results.findings)
    if kinds:
        yield f"### What to fix: {count_noun(len(results.findings), 'finding')}\n"
    for finding, *others in kinds:
        yield _describe_finding(results, finding, others, meant[finding.id])


def _describe_finding(
    results: Results, finding: Finding, others: Sequence[Finding], meant: Consequence
) -> str:
    title = title_of(results.catalogue.get(finding.check, {}), failed=True) or finding.check
    label = ", ".join(filter(None, (finding.severity.name.lower(), CONSEQUENCES[meant])))
    lines = [
        f"- **{label}** {_code(title)}",
        f"  - expected {_code(finding.expected)}",
        f"  - got {_code(finding.actual)}",
        f"  - on {_list(finding.operations or finding.subjects)} (seen {finding.count}x)",
    ]
    if finding.clauses:
        lines.append(f"  - breaks {_list(finding.clauses)}")
    if others:
        lines.append(f"  - the same for {_list([one.detail or one.id for one in others])}")
    lines.append(f"  - {_code(f'{finding.check}: {finding.outcome}')} {_code(finding.id)}")
    if finding.curl:
        lines.append(_block(finding.curl))
    return "\n".join(lines) + "\n"


def _list_open(clauses: Sequence[ClauseResult]) -> Iterator[str]:
    left = [item for item in clauses if item.in_scope and item.verdict in UNDECIDED]
    if left:
        yield f"### Not decided: {count_noun(len(left), 'clause')}\n"
    for item in left:
        verdict = f"{GLYPHS[item.verdict]} {item.verdict.value}"
        yield f"- {verdict} {_code(item.clause.id)} {_code(item.reason)}"
    if left:
        yield ""


def _describe_origin(results: Results) -> str:
    run = results.run
    return (
        f"{_code(run.tool)}, {run.requests} requests, {_code(run.started)}, mode {_code(run.mode)}"
    )


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (", ".join(map(_code, names[:_NAMED])) or "the API") + more


def _code(text: str) -> str:
    """A code span, with more backticks around than the text has in a row (CommonMark 6.1)."""
    line = cut(join_lines(text).strip(), _LONGEST_LINE) or "-"
    fence = "`" * (1 + max(map(len, _TICKS.findall(line)), default=0))
    space = " " if "`" in (line[0], line[-1]) else ""
    return f"{fence}{space}{line}{space}{fence}"


def _cell(text: str) -> str:
    return _code(text).replace("|", "\\|")


def _block(text: str) -> str:
    """A fenced block inside a list item, with a longer fence than the text has."""
    shown = cut(make_visible(text), _LONGEST_BLOCK)
    fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(shown)), default=0))
    lines = (fence + "sh", *shown.split("\n"), fence)
    return "\n" + "\n".join(f"    {line}" for line in lines)
