"""What a result of a check says of a clause that takes only some of its outcomes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apicheck.model.results import CheckResult, FailureSummary, RowResult
from apicheck.model.verdict import Verdict

DECLARED = ("accepted", "tolerance", "error")


def failed(outcome: str) -> CheckResult:
    failure = FailureSummary(outcome, "", "a refusal", "200 OK", 1, ())
    return CheckResult("receiver/time", "deliver", "deliver", (), Verdict.FAIL, (failure,))


@pytest.mark.parametrize(
    ("outcome", "taken", "verdict"),
    [
        ("tolerance", (), Verdict.FAIL),
        ("tolerance", ("tolerance",), Verdict.FAIL),
        ("tolerance", ("accepted",), Verdict.PASS),
        ("tolerance", ("error",), Verdict.INCONCLUSIVE),
        ("tolerance", ("accepted", "error"), Verdict.INCONCLUSIVE),
    ],
)
def test_another_outcome_leaves_undecided_what_is_looked_for_later(
    outcome: str, taken: tuple[str, ...], verdict: Verdict
) -> None:
    assert failed(outcome).narrow(taken, DECLARED).verdict is verdict


def test_what_was_looked_for_in_another_row_is_decided() -> None:
    rows = (
        RowResult("time-future", "it was signed ahead of now", Verdict.FAIL),
        RowResult("time-word", "its time is a word", Verdict.PASS),
    )
    result = replace(failed("tolerance"), rows=rows)
    assert result.narrow(("error",), DECLARED).verdict is Verdict.PASS
    alone = replace(result, rows=rows[:1])
    assert alone.narrow(("error",), DECLARED).verdict is Verdict.INCONCLUSIVE
    open_row = RowResult("time-old", "it was signed a day ago", Verdict.INCONCLUSIVE)
    undecided = replace(result, rows=(*rows, open_row))
    assert undecided.narrow(("error",), DECLARED).verdict is Verdict.INCONCLUSIVE
