"""Describe a run on the terminal: findings first, the word and the report's path last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from apicheck.cli.screen import toned
from apicheck.model.results import ClauseResult, Finding, Results
from apicheck.model.verdict import UNDECIDED, Consequence, Verdict
from apicheck.report.alike import group_alike
from apicheck.report.attested import describe_attested, describe_denials
from apicheck.report.operations import count_accepted, group_operations
from apicheck.report.text import join_lines, make_visible
from apicheck.report.waived import describe_waiver
from apicheck.report.words import CONSEQUENCES, GLYPHS, SEVERITY_TONES, TONES, title_of

FINDINGS_PRINTED = 10
"""Kinds of findings that are printed in full; each other kind gets one line."""
LIKEWISE_PRINTED = 8
ELSEWHERE_PRINTED = 4
OPEN_PRINTED = 12
LEFTOVERS_PRINTED = 12
_COLUMNS = 100
_PLACES = 6


def describe_run(
    results: Results,
    files: tuple[Path, ...] = (),
    *,
    directory: Path | None = None,
    verbose: bool = False,
) -> Iterator[str]:
    """Describe the result of a run in lines for a terminal.

    directory: where it is saved, by default that of the files.
    """
    directory = directory or next((file.parent for file in files), None)
    for item in results.preflight:
        if item.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE):
            yield f"{_render_status(item.verdict)}  before the run: {join_lines(item.message)}"
    if verbose:
        yield ""
        yield from (_describe_clause(item) for item in results.clauses)
    yield from _describe_findings(results)
    left_open = [item for item in results.clauses if item.in_scope and item.verdict in UNDECIDED]
    if not verbose:
        yield from (_describe_clause(item) for item in left_open[:OPEN_PRINTED])
        if len(left_open) > OPEN_PRINTED:
            yield f"… and {len(left_open) - OPEN_PRINTED} more open clauses (-v prints all)"
    if results.leftovers:
        yield ""
        yield "Left behind on the target:"
        yield from (f"  {join_lines(item)}" for item in results.leftovers[:LEFTOVERS_PRINTED])
        if len(results.leftovers) > LEFTOVERS_PRINTED:
            yield f"  … and {len(results.leftovers) - LEFTOVERS_PRINTED} more in the report"
        yield f"  apicheck clean {directory or 'DIR'} deletes what can be deleted"
    yield from describe_operations(results)
    yield from describe_requests(results)
    yield from _describe_end(results, files, directory)


def describe_operations(results: Results) -> Iterator[str]:
    """Describe how many operations accepted a request, and why the others did not."""
    if not results.operations:
        return
    yield ""
    yield count_accepted(results.operations)
    for group in group_operations(results.operations):
        names = [join_lines(one.operation) for one in group.operations[:_PLACES]]
        more = f" and {len(group.operations) - _PLACES} more" * (len(group.operations) > _PLACES)
        yield f"  {len(group.operations):>5} {group.title}: {', '.join(names)}{more}"
        if group.reason:
            yield toned(f"        {join_lines(group.reason)}", "calm")


def describe_requests(results: Results) -> Iterator[str]:
    """Describe how many requests each operation got, as many to a line as fit."""
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


def _describe_findings(results: Results) -> Iterator[str]:
    consequences = {
        finding: item.consequence for item in results.clauses for finding in item.findings
    }
    kinds = group_alike(results.findings)
    for finding, *others in kinds[:FINDINGS_PRINTED]:
        yield ""
        meant = consequences.get(finding.id, Consequence.NONE)
        yield from _describe_finding(finding, others, meant, results)
    if kinds[FINDINGS_PRINTED:]:
        yield ""
        yield f"… and {len(kinds) - FINDINGS_PRINTED} more kinds of findings in the report:"
    yield from (_describe_kind(finding, others) for finding, *others in kinds[FINDINGS_PRINTED:])
    if kinds:
        yield ""


def _describe_kind(finding: Finding, others: Sequence[Finding]) -> str:
    label = toned(f"{finding.severity.name.lower():<8}", SEVERITY_TONES[finding.severity])
    count = f" ({len(others) + 1} details)" if others else ""
    return f"  {label}  {join_lines(finding.check)}: {join_lines(finding.outcome)}{count}"


def _describe_finding(
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
    yield f"  on        {_name_places(finding)} (seen {finding.count}x)"
    for number, (actual, subjects) in enumerate([*finding.elsewhere.items()][:ELSEWHERE_PRINTED]):
        heading = "" if number else "elsewhere"
        yield f"  {heading:<9} {join_lines(actual)}: {_name_some(subjects)}"
    if len(finding.elsewhere) > ELSEWHERE_PRINTED:
        yield f"  {'':<9} and {len(finding.elsewhere) - ELSEWHERE_PRINTED} more"
    if finding.clauses:
        yield f"  clauses   {join_lines(', '.join(finding.clauses))}"
    for number, other in enumerate(others[:LIKEWISE_PRINTED]):
        heading = "" if number else "same for"
        yield f"  {heading:<8}  {join_lines(other.detail or '(no detail)')}: {_name_places(other)}"
    if len(others) > LIKEWISE_PRINTED:
        yield f"  {'':<8}  and {len(others) - LIKEWISE_PRINTED} more"
    for line in make_visible(finding.curl).split("\n") if finding.curl else ():
        yield f"    {line}"


def _name_places(finding: Finding) -> str:
    """Name the first few operations of a finding, or else its subjects."""
    return _name_some(finding.operations or finding.subjects)


def _name_some(places: Sequence[str]) -> str:
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    return join_lines(", ".join(places[:_PLACES]) + more)


def _describe_clause(item: ClauseResult) -> str:
    meaning = f" [{CONSEQUENCES[item.consequence]}]" if CONSEQUENCES[item.consequence] else ""
    aside = "" if item.in_scope else " (does not count)"
    reason = f": {join_lines(item.reason)}" if item.reason else ""
    return f"{_render_status(item.verdict)}  {join_lines(item.clause.id)}{meaning}{aside}{reason}"


def _describe_end(
    results: Results, files: tuple[Path, ...], directory: Path | None
) -> Iterator[str]:
    word = results.word
    yield ""
    yield toned(f"{GLYPHS[word.word]} {word.word.value}", TONES[word.word], bold=True) + (
        f": {join_lines(word.scope)}" + (" (a part of the policy)" if word.partial else "")
    )
    yield f"  {join_lines(word.why)}"
    yield from _describe_what_people_say(results)
    if not results.run.digests.get("policy", "?"):
        yield "  no policy was given, so the run tested the built-in clause sets"
    if results.run.interrupted:
        yield f"  stopped early: {join_lines(results.run.interrupted)}"
    elif not results.run.finished:
        yield "  the run was killed; the verdicts rest on what it had recorded"
    if results.run.interrupted or not results.run.finished:
        yield f"  apicheck run --resume {directory or 'DIR'} finishes it"
    for one in results.run.resumed:
        yield f"  resumed {one.at}: {one.taken_over} probes were over, and not played again"
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


def _describe_what_people_say(results: Results) -> Iterator[str]:
    """Describe the waivers and attestations."""
    for item in results.clauses:
        if item.waiver:
            yield f"  {join_lines(item.clause.id)}: its waiver {describe_waiver(item)}"
    if results.attestations:
        yield f"  {join_lines(describe_attested(results.attestations))}"
    for denial in describe_denials(results.attestations):
        yield toned(f"  {join_lines(denial)}", "bad")


def _render_status(verdict: Verdict) -> str:
    return toned(f"{GLYPHS[verdict]} {verdict.value:<14}", TONES[verdict])
