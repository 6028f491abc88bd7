"""Sharing out rows that need not be asked of every subject: a few of each are enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from apicheck.model.plan import Probe, Spread

LEAST = 3
"""Subjects that are asked each row, and rows that each subject is asked; fewer where there are
fewer."""


def spread_out(bound: Sequence[tuple[Probe, ...]]) -> tuple[tuple[Probe, ...], Spread | None]:
    """The probes of one check that are asked, and how its rows were spread; None if they were not.

    bound: the probes of each subject. A row without `Case.spread` is asked of each subject that
    has it.
    """
    offered = [tuple(dict.fromkeys(filter(None, map(_row, probes)))) for probes in bound]
    kept = shares(offered)
    asked = tuple(
        probe
        for probes, rows in zip(bound, kept, strict=True)
        for probe in probes
        if not _row(probe) or _row(probe) in rows
    )
    possible = sum(map(len, offered))
    if sum(map(len, kept)) == possible:
        return asked, None
    rows = len({row for each in offered for row in each})
    return asked, Spread(rows, sum(map(bool, offered)), sum(map(len, kept)), possible)


def shares(offered: Sequence[Sequence[str]], least: int = LEAST) -> list[frozenset[str]]:
    """Which rows each subject is asked, of those that it offers.

    In turns: each subject takes the rows that were taken least, and what then is taken too
    seldom goes to the subjects that have fewest. The same for the same input.
    """
    taken: Counter[str] = Counter()
    kept: list[dict[str, None]] = []
    for rows in offered:
        chosen = dict.fromkeys(sorted(rows, key=lambda row: taken[row])[:least])
        taken.update(chosen.keys())
        kept.append(chosen)
    for row in dict.fromkeys(row for rows in offered for row in rows):
        others = [n for n, rows in enumerate(offered) if row in rows and row not in kept[n]]
        missing = max(0, least - taken[row])
        for number in sorted(others, key=lambda n: len(kept[n]))[:missing]:
            kept[number][row] = None
            taken[row] += 1
    return [frozenset(chosen) for chosen in kept]


def _row(probe: Probe) -> str:
    return probe.subject.case.spread if probe.subject.case else ""
