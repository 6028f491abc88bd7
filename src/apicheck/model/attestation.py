"""What a person says of a clause that no check tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Answer(StrEnum):
    """Whether a clause is kept, as a person says."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not-applicable"


class Worth(StrEnum):
    """What an attestation is worth on a day."""

    HOLDS = "holds"
    """The answer counts."""
    EXPIRED = "expired"
    REWORDED = "reworded"
    """The policy asks another question now than the one that was answered."""
    MISSING = "missing"
    """Nobody has answered."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """One answer, as its file has it. evidence: text or a URL. question: the one answered.

    answer None: the question has not been answered; everything else may then be missing. on: the
    day of the answer.
    """

    clause: str
    question: str
    answer: Answer | None = None
    by: str = ""
    role: str = ""
    on: date | None = None
    valid_until: date | None = None
    """The last day on which the answer counts."""
    evidence: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Attested:
    """A clause with a question, and what its attestation is worth. Dates are RFC 3339."""

    clause: str
    question: str
    worth: Worth
    answer: Answer | None = None
    by: str = ""
    role: str = ""
    date: str = ""
    valid_until: str = ""
    evidence: str = ""

    @property
    def counts(self) -> bool:
        """Whether the question is answered."""
        return self.worth is Worth.HOLDS

    @property
    def denied(self) -> bool:
        """Whether the answer says that the clause is not kept."""
        return self.counts and self.answer is Answer.NO
