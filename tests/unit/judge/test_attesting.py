"""What an attestation is worth on a day, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from apicheck.judge.attesting import weigh_attestations
from apicheck.model.attestation import Answer, Attestation, Worth
from apicheck.model.policy import Clause
from apicheck.report.attested import (
    describe_answer,
    describe_attested,
    describe_denials,
    describe_person,
)

CLAUSES = (
    Clause("A-1", attest="Is it used\n  lawfully?"),
    Clause("A-2", attest="Are keys rotated?"),
    Clause("B-1", checks=("auth/*",)),
)
DAY = date(2026, 11, 29)
LAWFUL = Attestation(
    "A-1",
    "Is it used lawfully?",
    Answer.YES,
    "Ada",
    "lawyer",
    date(2026, 11, 2),
    DAY,
    "the contract",
)


@pytest.mark.parametrize(
    ("one", "worth"),
    [
        (LAWFUL, Worth.HOLDS),
        (replace(LAWFUL, valid_until=date(2026, 11, 28)), Worth.EXPIRED),
        (replace(LAWFUL, question="Is it used?"), Worth.REWORDED),
        (replace(LAWFUL, answer=None), Worth.MISSING),
    ],
)
def test_an_answer_counts_to_its_last_day_and_for_its_own_question(
    one: Attestation, worth: Worth
) -> None:
    weighed, other = weigh_attestations(CLAUSES, [one], DAY)
    assert (weighed.clause, weighed.worth, weighed.counts) == ("A-1", worth, worth is Worth.HOLDS)
    assert (other.clause, other.worth) == ("A-2", Worth.MISSING)


def test_what_is_denied_is_said_by_whom_and_why() -> None:
    denied = weigh_attestations(CLAUSES, [replace(LAWFUL, answer=Answer.NO)], DAY)
    assert list(describe_denials(denied)) == [
        "A-1 is not kept, attests Ada, lawyer, on 2026-11-02: the contract"
    ]
    assert (
        describe_attested(denied)
        == "attested: 1 of 2 questions answered; 1 no (A-1); 1 not answered (A-2)"
    )


def test_a_denial_that_has_expired_denies_nothing() -> None:
    late = date(2027, 11, 29)
    denied = weigh_attestations(CLAUSES, [replace(LAWFUL, answer=Answer.NO)], late)
    assert list(describe_denials(denied)) == []
    assert "1 expired (A-1)" in describe_attested(denied)
    assert describe_answer(denied[0]) == "no, but expired"


def test_nobody_is_named_where_nobody_answered() -> None:
    (one, *_) = weigh_attestations(CLAUSES, [], DAY)
    assert (describe_answer(one), describe_person(one)) == ("not answered", "")


def test_without_a_file_nothing_is_said() -> None:
    assert describe_attested(()) == ""
