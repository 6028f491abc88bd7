"""Weigh the attestations of a policy on a day. They stand beside verdicts and change none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from apicheck.model.attestation import Attestation, Attested, Worth
from apicheck.model.policy import Clause


def weigh_attestations(
    clauses: Iterable[Clause], given: Iterable[Attestation], day: date
) -> tuple[Attested, ...]:
    """Weigh what was given for each clause that asks a question, in the policy's order."""
    return tuple(_weigh_all(clauses, {one.clause: one for one in given}, day))


def _weigh_all(
    clauses: Iterable[Clause], by_clause: dict[str, Attestation], day: date
) -> Iterator[Attested]:
    for clause in clauses:
        if not clause.attest:
            continue
        one = by_clause.get(clause.id)
        if one is None or one.answer is None:
            yield Attested(clause.id, clause.attest, Worth.MISSING)
            continue
        yield Attested(
            clause=clause.id,
            question=clause.attest,
            worth=_find_worth(one, clause, day),
            answer=one.answer,
            by=one.by,
            role=one.role,
            date=_write(one.on),
            valid_until=_write(one.valid_until),
            evidence=one.evidence,
        )


def _find_worth(one: Attestation, clause: Clause, day: date) -> Worth:
    if _fold(one.question) != _fold(clause.attest):
        return Worth.REWORDED
    if one.valid_until is None or one.valid_until < day:
        return Worth.EXPIRED
    return Worth.HOLDS


def _fold(question: str) -> str:
    """A question without the line breaks that a file may put into it."""
    return " ".join(question.split())


def _write(day: date | None) -> str:
    return day.isoformat() if day else ""
