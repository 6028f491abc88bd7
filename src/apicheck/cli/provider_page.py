"""A profile as a page of Markdown: what its provider promises, and how that is tested."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from apicheck.cli.coverage_page import escape_cell
from apicheck.model.json import describe_value
from apicheck.report.sections import group_by_section, label_section
from apicheck.report.text import join_lines
from apicheck.report.unjudged import name_attesters

if TYPE_CHECKING:
    from apicheck.run import ClauseCoverage, Coverage, Means

_ABOUT = """\
Written by `make pages` from the profile `{name}`; do not edit it. A clause is a sentence of the
sources: its quotation stands in quotation marks, and then what it means. `apicheck run --profile
{name}` tests the API; [the proof](../proof.md#{name}) says which defects each check detects."""
_VALUE_SHOWN = 120
_GRADES = "S: the source itself; O: another official page; T: a third party; A: assumed."

_WORDS = {
    "check": "tested by checks",
    "receiver": "tested at a partner's receiver",
    "attestation": "attested by a person",
    "sandbox": "of a partner's client, which nothing tests yet",
    "informative": "that only inform",
    "open": "not tested yet",
}
"""What becomes of a clause, after a number of clauses."""

Lines = Iterator[str]


def build_page(coverage: Coverage) -> str:
    """The page of one profile."""
    from apicheck.run import Means

    policy = coverage.policy
    parts: list[tuple[str, Iterable[str]]] = [
        ("What is promised, and how it is tested", _promises(coverage)),
        ("What is contradictory", _contradictions(coverage)),
        ("What the sources leave open", _open_questions(coverage)),
        ("What only a person can attest", _attested(coverage)),
        ("What a person attests beside the checks", _beside(coverage)),
        ("What binds a partner's client", _of(coverage, _why, Means.SANDBOX)),
        ("What binds a partner's receiver", _of(coverage, _checks, Means.RECEIVER)),
        ("What only informs", _of(coverage, _why, Means.INFORMATIVE)),
        ("What is not tested yet", _of(coverage, _why, Means.OPEN)),
        ("The facts", _facts(coverage)),
    ]
    text = [f"# {escape_cell(policy.title)}", "", _ABOUT.format(name=coverage.profile), ""]
    text += [*_sources(coverage), ""]
    for heading, lines in parts:
        if body := list(lines):
            text += [f"## {heading}", "", *body, ""]
    return "\n".join(text).rstrip("\n") + "\n"


def _sources(coverage: Coverage) -> Lines:
    from apicheck.run import Means

    counts = ", ".join(f"{coverage.count(by)} {_WORDS[by]}" for by in Means if coverage.count(by))
    yield f"{len(coverage.clauses)} clauses: {counts}."
    yield ""
    yield "| source | | read | grade |"
    yield "|---|---|---|---|"
    for source in coverage.policy.sources.values():
        yield _row(source.name, source.url, source.retrieved, source.grade.value)


def _promises(coverage: Coverage) -> Lines:
    from apicheck.run import Means

    tested = {one.clause.id: one for one in coverage.clauses if one.means is Means.CHECK}
    sections = group_by_section(one.clause for one in coverage.clauses)
    for title, clauses in sections.items():
        rows = [tested[clause.id] for clause in clauses if clause.id in tested]
        if not rows:
            continue
        yield f"### {escape_cell(label_section(title))}"
        yield ""
        yield "| clause | level | what it says | tested by | faults |"
        yield "|---|---|---|---|---|"
        for one in rows:
            count = str(len(one.caught) or "none recorded")
            yield _line(one, str(one.clause.level), _says(one), _checks(one), count)
        yield ""


def _contradictions(coverage: Coverage) -> Lines:
    for one in coverage.clauses:
        if not one.clause.contradiction:
            continue
        named = ", ".join(f"`{reading}`" for reading in one.clause.readings)
        yield f"- **{one.clause.id}** {_says(one)}"
        yield f"  {escape_cell(one.clause.contradiction)}" + (
            f" Reading: {named}." if named else ""
        )
    if coverage.readings:
        yield ""
        yield "A reading is chosen with `--reading`, or `readings` in the target file."
        yield ""
        yield "| reading | fact | by default | in this reading |"
        yield "|---|---|---|---|"
    for reading in coverage.readings:
        for path, values in reading.changes.items():
            before, after = ("" if value is None else _show(value) for value in values)
            yield f"| `{reading.name}` | `{path}` | {before} | {after} |"


def _open_questions(coverage: Coverage) -> Lines:
    rows = [one for one in coverage.clauses if one.clause.ambiguity]
    if rows:
        yield "| clause | what it says | open |"
        yield "|---|---|---|"
    for one in rows:
        yield _line(one, _says(one), escape_cell(one.clause.ambiguity))


def _of(coverage: Coverage, last: Callable[[ClauseCoverage], str], means: Means) -> Lines:
    rows = [one for one in coverage.clauses if one.means is means]
    if rows:
        yield "| clause | level | binds | what it says | |"
        yield "|---|---|---|---|---|"
    for one in rows:
        binds = ", ".join(one.clause.actors)
        yield _line(one, str(one.clause.level), binds, _says(one), last(one))


def _attested(coverage: Coverage) -> Lines:
    from apicheck.run import Means

    rows = [one for one in coverage.clauses if one.means is Means.ATTESTATION]
    if rows:
        yield "| clause | level | what it says | why no check tests it | question | asked of |"
        yield "|---|---|---|---|---|---|"
    for one in rows:
        asked = (one.why, one.clause.attest, name_attesters(one.clause))
        yield _line(one, str(one.clause.level), _says(one), *map(escape_cell, asked))


def _beside(coverage: Coverage) -> Lines:
    """The questions of clauses that checks test as well."""
    rows = [one for one in coverage.clauses if one.checks and one.clause.attest]
    if rows:
        yield "| clause | what it says | question | asked of |"
        yield "|---|---|---|---|"
    for one in rows:
        asked = (one.clause.attest, name_attesters(one.clause))
        yield _line(one, _says(one), *map(escape_cell, asked))


def _facts(coverage: Coverage) -> Lines:
    rows = [one for one in coverage.policy.origins if one.kind == "policy"]
    if rows:
        yield _GRADES
        yield ""
        yield "| fact | value | grade |"
        yield "|---|---|---|"
    for one in rows:
        yield f"| `{join_lines(one.path)}` | {_show(one.value)} | {one.grade.value} |"


def _says(one: ClauseCoverage) -> str:
    clause = one.clause
    quote = f"\u201c{escape_cell(clause.quote)}\u201d" if clause.quote else ""
    return " ".join(filter(None, (quote, escape_cell(clause.statement or clause.title))))


def _why(one: ClauseCoverage) -> str:
    return escape_cell(one.why)


def _checks(one: ClauseCoverage) -> str:
    return ", ".join(f"`{check}`" for check in one.checks)


def _show(value: object) -> str:
    text = describe_value(value)
    return escape_cell(text if len(text) <= _VALUE_SHOWN else text[:_VALUE_SHOWN] + "…")


def _line(one: ClauseCoverage, *cells: str) -> str:
    return f"| {' | '.join((escape_cell(one.clause.id), *cells))} |"


def _row(*texts: str) -> str:
    return f"| {' | '.join(map(escape_cell, texts))} |"
