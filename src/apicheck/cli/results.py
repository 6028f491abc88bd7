"""What the commands print of a run: findings first, the word and the report's place last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from apicheck.cli.screen import toned
from apicheck.model.results import ClauseResult, Finding, Results
from apicheck.model.verdict import Consequence, Verdict
from apicheck.report.alike import group_alike
from apicheck.report.text import join_lines, make_visible
from apicheck.report.words import CONSEQUENCES, GLYPHS, SEVERITY_TONES, TONES, title_of

FINDINGS_PRINTED = 10
"""Kinds of findings that are printed whole; of others, one line."""
LIKEWISE_PRINTED = 8
OPEN_PRINTED = 12
_COLUMNS = 100
_PLACES = 6
_OPEN = (Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.PARTIAL, Verdict.NOT_TESTED)


def lines_of(
    results: Results, files: tuple[Path, ...] = (), *, verbose: bool = False
) -> Iterator[str]:
    """A run's result for a terminal, line by line."""
    for looked in results.preflight:
        if looked.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE):
            yield f"{_status(looked.verdict)}  before the run: {join_lines(looked.message)}"
    if verbose:
        yield ""
        yield from (_clause(item) for item in results.clauses)
    yield from _findings(results)
    left_open = [item for item in results.clauses if item.in_scope and item.verdict in _OPEN]
    if not verbose:
        yield from (_clause(item) for item in left_open[:OPEN_PRINTED])
        if len(left_open) > OPEN_PRINTED:
            yield f"… and {len(left_open) - OPEN_PRINTED} more clauses that are open (-v)"
    if results.leftovers:
        yield ""
        yield "Left behind on the target:"
        yield from (f"  {join_lines(item)}" for item in results.leftovers)
    yield from requests_by_operation(results)
    yield from _last(results, files)


def requests_by_operation(results: Results) -> Iterator[str]:
    """How many requests each operation got, as many to a line as fit."""
    sent = {name: count for name, count in results.coverage.items() if count}
    if not sent:
        return
    elsewhere = results.run.requests - sum(sent.values())
    cells = [f"{count:>5} {join_lines(name)}" for name, count in sent.items()]
    if elsewhere > 0:
        cells.append(f"{elsewhere:>5} (no operation)")
    width = max(map(len, cells)) + 1
    columns = max(1, _COLUMNS // width)
    yield ""
    yield f"{results.run.requests} requests, by operation:"
    for start in range(0, len(cells), columns):
        row = cells[start : start + columns]
        yield toned("".join(f"{cell:<{width}}" for cell in row).rstrip(), "calm")


def _findings(results: Results) -> Iterator[str]:
    consequences = {
        finding: item.consequence for item in results.clauses for finding in item.findings
    }
    kinds = group_alike(results.findings)
    for finding, *others in kinds[:FINDINGS_PRINTED]:
        yield ""
        meant = consequences.get(finding.id, Consequence.NONE)
        yield from _finding(finding, others, meant, results)
    if kinds[FINDINGS_PRINTED:]:
        yield ""
        yield f"… and {len(kinds) - FINDINGS_PRINTED} more kinds of findings in the report:"
    yield from (_kind(finding, others) for finding, *others in kinds[FINDINGS_PRINTED:])
    if kinds:
        yield ""


def _kind(finding: Finding, others: Sequence[Finding]) -> str:
    label = toned(f"{finding.severity.name.lower():<8}", SEVERITY_TONES[finding.severity])
    count = f" ({len(others) + 1} details)" if others else ""
    return f"  {label}  {join_lines(finding.check)}: {join_lines(finding.outcome)}{count}"


def _finding(
    finding: Finding, others: Sequence[Finding], consequence: Consequence, results: Results
) -> Iterator[str]:
    title = title_of(results.catalogue.get(finding.check, {}), failed=True)
    label = toned(finding.severity.name.lower(), SEVERITY_TONES[finding.severity], bold=True)
    name = ": ".join(filter(None, (finding.check, finding.outcome, finding.detail)))
    meaning = f" ({CONSEQUENCES[consequence]})" if CONSEQUENCES[consequence] else ""
    yield f"{label}  {toned(join_lines(name), '', bold=True)}{meaning}"
    if title:
        yield f"  {join_lines(title)}"
    yield f"  expected  {join_lines(finding.expected)}"
    yield f"  actual    {join_lines(finding.actual)}"
    yield f"  on        {_places(finding)} (seen {finding.count}x)"
    if finding.clauses:
        yield f"  clauses   {join_lines(', '.join(finding.clauses))}"
    for number, other in enumerate(others[:LIKEWISE_PRINTED]):
        heading = "" if number else "likewise"
        yield f"  {heading:<8}  {join_lines(other.detail or 'otherwise')}: {_places(other)}"
    if len(others) > LIKEWISE_PRINTED:
        yield f"  {'':<8}  and {len(others) - LIKEWISE_PRINTED} more"
    for line in make_visible(finding.curl).split("\n") if finding.curl else ():
        yield f"    {line}"


def _places(finding: Finding) -> str:
    """The operations that a finding touches, or else its subjects; the first few."""
    places = finding.operations or finding.subjects
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    return join_lines(", ".join(places[:_PLACES]) + more)


def _clause(item: ClauseResult) -> str:
    meaning = f" [{CONSEQUENCES[item.consequence]}]" if CONSEQUENCES[item.consequence] else ""
    aside = "" if item.in_scope else " (does not count)"
    reason = f": {join_lines(item.reason)}" if item.reason else ""
    return f"{_status(item.verdict)}  {join_lines(item.clause.id)}{meaning}{aside}{reason}"


def _last(results: Results, files: tuple[Path, ...]) -> Iterator[str]:
    word = results.word
    yield ""
    yield toned(f"{GLYPHS[word.word]} {word.word.value}", TONES[word.word], bold=True) + (
        f": {join_lines(word.scope)}" + (" (a part of the policy)" if word.partial else "")
    )
    yield f"  {join_lines(word.why)}"
    if not results.run.digests.get("policy", "?"):
        yield "  no policy was given, so the built-in clause sets were run"
    if results.run.interrupted:
        yield f"  stopped early: {join_lines(results.run.interrupted)}"
    elif not results.run.finished:
        yield "  stopped early: the run was killed; what it had recorded is judged"
    if results.tasks:
        yield ""
        yield "To complete the run:"
    for number, task in enumerate(results.tasks, 1):
        named = ", ".join(task.clauses[:6]) + (" …" if len(task.clauses) > 6 else "")
        yield f"  {number}. {join_lines(task.title)}" + (
            f"  ({join_lines(named)})" if named else ""
        )
        yield from (f"       {line}" for line in make_visible(task.lines).split("\n") if line)
    if files:
        yield ""
    for file in reversed(files):
        yield f"{'report' if file.suffix == '.html' else 'file'}: {file}"


def _status(verdict: Verdict) -> str:
    return toned(f"{GLYPHS[verdict]} {verdict.value:<14}", TONES[verdict])
