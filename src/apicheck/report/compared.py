"""View a run beside earlier ones: what changed since the last of them, and all of them in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from apicheck.model.difference import Comparison, Difference
from apicheck.model.results import Finding, Results
from apicheck.model.verdict import Verdict
from apicheck.report.alike import group_alike
from apicheck.report.text import count_noun
from apicheck.report.view import VERDICT_ORDER
from apicheck.report.words import title_of

WIDTH, HEIGHT = 640, 120
_BAR = 36
_SHOWN = 3
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since the last run, for the first screen.

    groups: title -> lines, each with the id of a finding of this run, or "", and how many more
    there are. caveats: why the runs may differ although the API does not.
    """

    started: str
    word: str
    summary: str
    groups: tuple[tuple[str, tuple[tuple[str, str], ...], int], ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: clauses of one verdict."""

    verdict: Verdict
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class TrendRun:
    """One run of the trend. passed, total: must-clauses in scope. is_this: the run of the page."""

    started: str
    word: str
    passed: int
    total: int
    findings: int
    requests: int
    policy: str
    x: float
    segments: tuple[Segment, ...]
    is_this: bool


def view_since(comparison: Comparison | None, results: Results) -> Since | None:
    """View what changed since the last of the earlier runs; None where there is none."""
    if comparison is None:
        return None
    old, difference = comparison.earlier[-1], comparison.difference
    changed = [
        (one.finding.id, f"{_name(results, one.finding)} ({'; '.join(one.words)})")
        for one in difference.changed
    ]
    named = (
        ("New", _name_kinds(results, difference.new, linked=True)),
        ("Fixed", _name_kinds(old, difference.fixed)),
        ("Changed", changed),
        ("Not seen again, and not tested everywhere", _name_kinds(old, difference.lost)),
        ("Clauses", [("", line) for line in _group_clauses(difference)]),
        ("No longer decided", [("", line) for line in _group_unexercised(difference)]),
    )
    return Since(
        started=old.run.started,
        word=old.word.word.value,
        summary=_summarize(difference),
        groups=tuple(
            (title, tuple(lines[:_SHOWN]), len(lines) - len(lines[:_SHOWN]))
            for title, lines in named
            if lines
        ),
        caveats=difference.caveats,
    )


def _name_kinds(
    results: Results, findings: Iterable[Finding], *, linked: bool = False
) -> list[tuple[str, str]]:
    """A line for each kind of finding."""
    found = []
    for members in group_alike(findings):
        several = f" ({len(members)} findings)" if len(members) > 1 else ""
        found.append((members[0].id if linked else "", _name(results, members[0]) + several))
    return found


def _name(results: Results, finding: Finding) -> str:
    return title_of(results.catalogue.get(finding.check, {}), failed=True) or finding.check


def _group_clauses(difference: Difference) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for one in difference.clauses:
        old = one.old.value if one.old else "not there"
        new = one.new.value if one.new else "no longer there"
        groups.setdefault(f"{old}, now {new}", []).append(one.clause)
    for change, names in groups.items():
        more = f" and {len(names) - _NAMED} more" if names[_NAMED:] else ""
        yield f"{', '.join(names[:_NAMED])}{more}: {change}"


def _group_unexercised(difference: Difference) -> Iterator[str]:
    for check, count in Counter(one.check for one in difference.unexercised).items():
        yield f"{check} on {count_noun(count, 'subject')}"


def _summarize(difference: Difference) -> str:
    counted = (
        (len(difference.new), "new"),
        (len(difference.fixed), "fixed"),
        (len(difference.changed), "changed"),
        (len(difference.lost), "not seen again"),
    )
    said = ", ".join(f"{count} {word}" for count, word in counted if count)
    return f"Findings: {said}" if said else "The findings are the same"


def view_trend(comparison: Comparison | None, results: Results) -> tuple[TrendRun, ...]:
    """View the earlier runs and this one, in order of time; () where there is none."""
    if comparison is None:
        return ()
    runs = (*comparison.earlier, results)
    tallies = [_count(one) for one in runs]
    most = max(sum(tally.values()) for tally in tallies) or 1
    step = min(WIDTH / len(runs), 2.0 * _BAR)
    return tuple(
        TrendRun(
            started=one.run.started,
            word=one.word.word.value,
            passed=tally[Verdict.PASS],
            total=sum(tally.values()),
            findings=len(one.findings),
            requests=one.run.requests,
            policy=one.run.digests.get("policy", ""),
            x=round(index * step, 1),
            segments=tuple(_stack(tally, most)),
            is_this=one is results,
        )
        for index, (one, tally) in enumerate(zip(runs, tallies, strict=True))
    )


def measure_bar(runs: Sequence[TrendRun]) -> float:
    """How wide each bar of a trend is."""
    return round(min(WIDTH / max(len(runs), 1), 2.0 * _BAR) * 0.6, 1)


def _count(results: Results) -> Counter[Verdict]:
    return Counter(
        item.verdict for item in results.clauses if item.in_scope and item.clause.level.binding
    )


def _stack(tally: Counter[Verdict], most: int) -> Iterator[Segment]:
    """The parts of a bar, from below: what passed, then the worst first."""
    below = float(HEIGHT)
    order = (Verdict.PASS, *(one for one in VERDICT_ORDER if one is not Verdict.PASS))
    for verdict in order:
        if tally[verdict]:
            height = tally[verdict] / most * HEIGHT
            below -= height
            yield Segment(verdict, tally[verdict], round(below, 1), round(height, 1))
