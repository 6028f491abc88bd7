"""Describe attestations: what people said of clauses, beside what the run found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apicheck.model.attestation import Answer, Attested, Worth

_NAMED = 6

OPEN = {
    Worth.EXPIRED: "expired",
    Worth.REWORDED: "of another question",
    Worth.MISSING: "not answered",
}
"""What an attestation that does not count is, in words."""


def describe_attested(attested: Sequence[Attested]) -> str:
    """Describe all attestations in one sentence, with the clauses that are denied or open.

    "" where no file was given.
    """
    if not attested:
        return ""
    counted = sum(one.counts for one in attested)
    parts = [f"attested: {counted} of {len(attested)} questions answered"]
    parts += filter(None, (_count_answer(attested, answer) for answer in Answer))
    parts += filter(None, (_count_open(attested, one) for one in OPEN))
    return "; ".join(parts)


def _count_answer(attested: Sequence[Attested], answer: Answer) -> str:
    found = [one for one in attested if one.counts and one.answer is answer]
    return _name(found, str(answer)) if answer is Answer.NO else _count(found, str(answer))


def _count_open(attested: Sequence[Attested], worth: Worth) -> str:
    return _name([one for one in attested if one.worth is worth], OPEN[worth])


def _count(found: Sequence[Attested], words: str) -> str:
    return f"{len(found)} {words}" if found else ""


def _name(found: Sequence[Attested], words: str) -> str:
    names = ", ".join(one.clause for one in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if found[_NAMED:] else ""
    return f"{len(found)} {words} ({names}{more})" if found else ""


def describe_denials(attested: Sequence[Attested]) -> Iterator[str]:
    """A sentence for each clause that is not kept, as somebody attests."""
    for one in attested:
        if one.denied:
            yield f"{one.clause} is not kept, attests {describe_person(one)}: {one.evidence}"


def describe_person(one: Attested) -> str:
    """Who answered, and when; "" where nobody did."""
    return f"{one.by}, {one.role}, on {one.date}" if one.answer else ""


def describe_answer(one: Attested) -> str:
    """The answer in words; one that does not count says why."""
    if one.answer is None:
        return OPEN[Worth.MISSING]
    return str(one.answer) if one.counts else f"{one.answer}, but {OPEN[one.worth]}"
