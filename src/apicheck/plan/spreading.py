"""Spread the rows of a table over the subjects, where a few subjects for each row suffice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from apicheck.model.plan import Probe, Spread

LEAST = 3
"""The least number of subjects for each row, if that many exist."""


def spread_out(
    bound: Sequence[tuple[Probe, ...]], rows_each: int
) -> tuple[tuple[Probe, ...], Spread | None]:
    """Select the probes of one check to play, and describe the spread; None if all are played.

    bound: the probes of each subject. rows_each: the least number of rows for each subject. A row
    without `Case.spread` is played on every subject that has it.
    """
    offered = [tuple(dict.fromkeys(filter(None, map(_row, probes)))) for probes in bound]
    kept = share_rows(offered, rows_each)
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


def share_rows(offered: Sequence[Sequence[str]], rows_each: int) -> list[frozenset[str]]:
    """Share the offered rows out: the rows of each subject. The same input gives the same result.

    Each subject in turn takes the rows that are least taken so far. A row that is then taken too
    seldom goes to the subjects with the fewest rows.
    """
    taken: Counter[str] = Counter()
    kept: list[dict[str, None]] = []
    for rows in offered:
        chosen = dict.fromkeys(sorted(rows, key=lambda row: taken[row])[:rows_each])
        taken.update(chosen.keys())
        kept.append(chosen)
    for row in dict.fromkeys(row for rows in offered for row in rows):
        others = [n for n, rows in enumerate(offered) if row in rows and row not in kept[n]]
        missing = max(0, LEAST - taken[row])
        for number in sorted(others, key=lambda n: len(kept[n]))[:missing]:
            kept[number][row] = None
            taken[row] += 1
    return [frozenset(chosen) for chosen in kept]


def _row(probe: Probe) -> str:
    return probe.subject.case.spread if probe.subject.case else ""
