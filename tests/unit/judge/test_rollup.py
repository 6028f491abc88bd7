from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from apicheck.judge import roll_up
from apicheck.model.verdict import Verdict

V = Verdict
SUBJECT_VERDICTS = [
    V.PASS,
    V.FAIL,
    V.ERROR,
    V.INCONCLUSIVE,
    V.REVIEW,
    V.NOT_TESTED,
    V.NOT_APPLICABLE,
]


def expected(present: frozenset[Verdict]) -> Verdict:
    """The same table, written independently of the code under test."""
    table: list[tuple[set[Verdict], Verdict]] = [
        ({V.FAIL}, V.FAIL),
        ({V.ERROR}, V.ERROR),
        ({V.REVIEW}, V.REVIEW),
        ({V.PASS, V.INCONCLUSIVE}, V.PARTIAL),
        ({V.PASS, V.NOT_TESTED}, V.PARTIAL),
        ({V.INCONCLUSIVE}, V.INCONCLUSIVE),
        ({V.PASS}, V.PASS),
        ({V.NOT_TESTED}, V.NOT_TESTED),
        (set(), V.NOT_APPLICABLE),
    ]
    return next(verdict for needed, verdict in table if needed <= present)


@pytest.mark.parametrize(
    "present",
    [
        frozenset(chosen)
        for size in range(len(SUBJECT_VERDICTS) + 1)
        for chosen in combinations(SUBJECT_VERDICTS, size)
    ],
    ids=lambda present: "+".join(sorted(present)) or "nothing",
)
def test_the_roll_up_of_every_combination_is_as_the_table_says(
    present: frozenset[Verdict],
) -> None:
    for times in (1, 3):
        assert roll_up(Counter(dict.fromkeys(present, times))) is expected(present)


def test_nothing_observed_is_never_a_pass() -> None:
    assert roll_up(Counter()) is not Verdict.PASS
