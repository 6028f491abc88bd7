"""View the results by theme: the clauses of each, and each operation beside each theme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from apicheck.model.results import ClauseResult, Results
from apicheck.model.verdict import Verdict
from apicheck.report.view import VERDICT_ORDER
from apicheck.report.words import THEMES


@dataclass(frozen=True, slots=True)
class Theme:
    """The clauses of a theme by verdict, and those of them that fail."""

    title: str
    total: int
    parts: tuple[tuple[Verdict, int], ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OperationByTheme:
    """An operation with the worst verdict in each theme; None where no check is about it."""

    operation: str
    method: str
    path: str
    cells: tuple[Verdict | None, ...]


def name_theme(check: str) -> str:
    """Name the theme of a check: that of its family, or else the family itself."""
    family = check.partition("/")[0]
    return THEMES.get(family, family)


def view_themes(results: Results) -> tuple[Theme, ...]:
    """Count the clauses in scope of each theme. A clause with checks of two themes is in both."""
    found: dict[str, list[ClauseResult]] = {}
    for item in results.clauses:
        checks = (result.check for _, result in results.results_of(item))
        for title in dict.fromkeys(map(name_theme, checks)) if item.in_scope else ():
            found.setdefault(title, []).append(item)
    return tuple(_view_theme(title, found[title]) for title in _order(found))


def view_operations(results: Results) -> tuple[tuple[str, ...], tuple[OperationByTheme, ...]]:
    """The themes that have results about operations, and each operation beside them."""
    worst: dict[tuple[str, str], Verdict] = {}
    for result in results.checks:
        key = (result.operation, name_theme(result.check))
        known = worst.get(key, Verdict.NOT_APPLICABLE)
        worst[key] = min(known, result.verdict, key=VERDICT_ORDER.index)
    known_operations = {one.operation for one in results.operations}
    titles = _order({title: 0 for operation, title in worst if operation in known_operations})
    rows = tuple(
        OperationByTheme(
            one.operation,
            one.method,
            one.path,
            tuple(worst.get((one.operation, title)) for title in titles),
        )
        for one in results.operations
    )
    return titles, rows if titles else ()


def _order(found: Mapping[str, object]) -> tuple[str, ...]:
    """The themes in the order of the vocabulary, those of other distributions last."""
    known = [title for title in dict.fromkeys(THEMES.values()) if title in found]
    return (*known, *sorted(title for title in found if title not in known))


def _view_theme(title: str, items: list[ClauseResult]) -> Theme:
    counts = Counter(item.verdict for item in items)
    order = (Verdict.PASS, *(verdict for verdict in VERDICT_ORDER if verdict is not Verdict.PASS))
    return Theme(
        title,
        len(items),
        tuple((verdict, counts[verdict]) for verdict in order if counts[verdict]),
        tuple(item.clause.id for item in items if item.verdict is Verdict.FAIL),
    )
