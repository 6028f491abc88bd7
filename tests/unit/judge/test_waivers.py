"""A waived clause is tested: its failure is a warning, and a waiver that it outlived says so."""

from __future__ import annotations

from typing import Any

import pytest

from apicheck.judge.clauses import judge_clauses
from apicheck.judge.word import decide_word
from apicheck.model.facts import Selector
from apicheck.model.results import CheckResult, ClauseResult, Word
from apicheck.model.verdict import Consequence, Level, RunWord, Verdict
from apicheck.model.waiver import Waiver
from apicheck.report.waived import describe_waiver
from tests.unit.judge.test_clauses import clause, planned, result

V = Verdict
WAIVER = Waiver("the queue is new", "Ada", "2026-11-02", "2027-03-31", "API-142")
ON_A = Waiver("the queue is new", "Ada", "2026-11-02", "2027-03-31", ops=Selector(("getA",)))


def judged(waiver: Waiver, *results: CheckResult, **more: Any) -> tuple[ClauseResult, Word]:
    made = planned(clause(**more), waivers={"C-1": waiver})
    (only,) = judge_clauses(made, results)
    return only, decide_word(made, [only], results, [])


def test_a_waived_failure_is_a_warning_and_the_word_says_that_it_is_waived() -> None:
    got, word = judged(WAIVER, result(V.PASS), result(V.FAIL, "getB"))
    assert (got.verdict, got.consequence, got.waived) == (V.FAIL, Consequence.WARNING, True)
    assert got.reason.endswith("waived by Ada until 2027-03-31, API-142: the queue is new")
    assert (word.word, word.exit_code) == (RunWord.CONFORMANT_WITH_WAIVERS, 0)
    assert word.why == "every automatic must-clause in scope that is not waived holds; waived: C-1"
    assert word.scope.startswith("0 of the provider's 1 automatically tested must-clause met")
    assert "1 waived" in word.scope
    assert describe_waiver(got) == "excuses the failure"


def test_a_clause_that_holds_needs_its_waiver_no_longer() -> None:
    got, word = judged(WAIVER, result(V.PASS))
    assert (got.verdict, got.waived) == (V.PASS, False)
    assert got.reason == "1 of 1 subjects pass; its waiver is no longer needed"
    assert word.word is RunWord.CONFORMANT
    assert describe_waiver(got) == "is no longer needed"


def test_a_waiver_of_some_operations_covers_no_other() -> None:
    got, word = judged(ON_A, result(V.FAIL), result(V.FAIL, "getB"))
    assert (got.consequence, got.waived) == (Consequence.VIOLATION, False)
    assert "waived on getA by Ada" in got.reason
    assert got.reason.endswith("getB fails, too, and is not waived")
    assert word.word is RunWord.NOT_CONFORMANT
    assert describe_waiver(got) == "does not cover every failure"


def test_a_waiver_of_some_operations_covers_these() -> None:
    got, _ = judged(ON_A, result(V.FAIL), result(V.PASS, "getB"))
    assert got.waived


def test_a_waiver_of_some_operations_does_not_cover_what_is_of_none() -> None:
    assert not judged(ON_A, result(V.FAIL, ""))[0].waived


@pytest.mark.parametrize("verdict", [V.INCONCLUSIVE, V.ERROR, V.NOT_TESTED])
def test_a_waiver_decides_nothing_that_is_open(verdict: Verdict) -> None:
    got, word = judged(WAIVER, result(verdict, reason="r"))
    assert (got.verdict, got.waived) == (verdict, False)
    assert word.word in (RunWord.INCOMPLETE, RunWord.INVALID)
    assert describe_waiver(got) == "decides nothing: the clause is open"


def test_a_waived_should_clause_stays_a_warning_and_the_word_conformant() -> None:
    got, word = judged(WAIVER, result(V.FAIL), level=Level.SHOULD)
    assert (got.consequence, got.waived) == (Consequence.WARNING, True)
    assert word.word is not RunWord.CONFORMANT_WITH_WAIVERS
