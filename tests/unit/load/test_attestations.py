"""A file of attestations: every mistake at once, and questions that are added to it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from apicheck.load import add_questions, load_attestations
from apicheck.load.attestations import read_attestations
from apicheck.model.attestation import Answer
from apicheck.model.errors import AttestationError
from apicheck.model.facts import Facts
from apicheck.model.policy import Clause, Policy

FILE = "attestations.yaml"
POLICY = Policy(
    id="shop",
    version="2026-11",
    title="Shop",
    clauses=(
        Clause("A-1", quote="Use it lawfully", attest="Is it used lawfully?"),
        Clause("A-2", statement="Keys: rotate #1", attest='Are keys "rotated"?'),
        Clause("B-1", checks=("auth/*",)),
    ),
    facts=Facts(),
)
ANSWERED = """\
# ours
policy: shop
attestations:
  A-1:
    question: Is it used lawfully?
    answer: no       # as of now
    by: Ada
    role: lawyer
    date: 2026-11-02
    valid_until: 2027-11-01
    evidence: https://wiki.example.com/lawful
"""


def mistakes_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(AttestationError) as raised:
        read_attestations(text, FILE, POLICY)
    return [(one.line, one.path, one.message) for one in raised.value.mistakes]


def test_an_answer_is_read_with_who_gave_it_and_until_when_it_counts() -> None:
    (one,) = read_attestations(ANSWERED, FILE, POLICY)
    assert (one.clause, one.answer, one.by, one.role) == ("A-1", Answer.NO, "Ada", "lawyer")
    assert (one.on, one.valid_until) == (date(2026, 11, 2), date(2027, 11, 1))
    assert one.evidence == "https://wiki.example.com/lawful"
    assert one.line == 4


def test_a_question_without_an_answer_is_no_mistake() -> None:
    text = "policy: shop\nattestations:\n  A-1:\n    question: x\n    answer:\n    by: Ada\n"
    (one,) = read_attestations(text, FILE, POLICY)
    assert one.answer is None


def test_every_mistake_is_reported_at_once_with_its_line() -> None:
    text = """\
policy: shpo
attestations:
  A-1:
    question: Is it used lawfully?
    answer: maybe
  A-2:
    question: Are keys rotated?
    answer: yes
    by: Ada
    date: 2.11.2026
    valid_until: 2026-11-01
  A-3:
    question: x
  B-1:
    question: x
    colour: red
"""
    assert mistakes_of(text) == [
        (1, "policy", 'they are of the policy "shpo"'),
        (
            5,
            "attestations.A-1.answer",
            'expected yes, no or not-applicable, found the text "maybe"',
        ),
        (6, "attestations.A-2", "an answer needs role, evidence"),
        (10, "attestations.A-2.date", '"2.11.2026" is not a date'),
        (12, "attestations.A-3", 'unknown clause "A-3"'),
        (14, "attestations.B-1", "the policy asks nothing about B-1"),
        (16, "attestations.B-1.colour", 'unknown key "colour"'),
    ]


def test_an_answer_that_ends_before_it_began_is_a_mistake() -> None:
    text = ANSWERED.replace("valid_until: 2027", "valid_until: 2025")
    message = "valid_until 2025-11-01 is before the day of the answer, 2026-11-02"
    assert mistakes_of(text) == [(10, "attestations.A-1.valid_until", message)]


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(AttestationError, match="there is no such file"):
        load_attestations(tmp_path / FILE, POLICY)


@pytest.mark.parametrize("before", ["", " \n"])
def test_a_new_file_asks_every_question_of_the_policy(before: str) -> None:
    text, added = add_questions(before, FILE, POLICY)
    assert added == ("A-1", "A-2")
    assert [(one.clause, one.question) for one in read_attestations(text, FILE, POLICY)] == [
        ("A-1", "Is it used lawfully?"),
        ("A-2", 'Are keys "rotated"?'),
    ]
    assert "  # must, provider: Use it lawfully\n" in text


def test_missing_questions_are_added_and_nothing_else_changes() -> None:
    text, added = add_questions(ANSWERED, FILE, POLICY)
    assert added == ("A-2",)
    assert text.startswith(ANSWERED)
    assert [one.clause for one in read_attestations(text, FILE, POLICY)] == ["A-1", "A-2"]
    assert add_questions(text, FILE, POLICY) == (text, ())


@pytest.mark.parametrize(
    "style",
    [
        "policy: shop\nattestations: {A-1: {question: x}}\n",
        "attestations:\n  A-1:\n    question: x\npolicy: shop\n",
        "policy: shop\nattestations:\n    A-1:\n        question: x\n",
    ],
)
def test_a_file_of_another_style_is_left_alone_and_says_what_to_change(style: str) -> None:
    with pytest.raises(AttestationError, match="indent each clause by two spaces"):
        add_questions(style, FILE, POLICY)


def test_a_hostile_quote_stays_in_its_comment() -> None:
    hostile = Clause("A\n-1: x", quote="one\n  \u0085B-1: {}\x07 two", attest="a\nb?\u2028")
    policy = Policy("shop", "", "", (hostile,), Facts())
    text, added = add_questions("", FILE, policy)
    assert added == (hostile.id,)
    assert [one.clause for one in read_attestations(text, FILE, policy)] == [hostile.id]
