"""What differs between two runs of one policy."""

from __future__ import annotations

from dataclasses import dataclass

from apicheck.model.results import Finding, Results
from apicheck.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Changed:
    """A finding of both runs. words: how it changed."""

    finding: Finding
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause with another verdict than before; None where it was not, or is no more, there."""

    clause: str
    old: Verdict | None
    new: Verdict | None


@dataclass(frozen=True, slots=True)
class Unexercised:
    """What was decided in the first run and not in the second. reason: of the second, or ""."""

    check: str
    subject: str
    old: Verdict
    new: Verdict | None
    reason: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two runs, from the first to the second.

    fixed: findings whose subjects pass now. lost: findings that the second run did not look for on
    every subject. unexercised: results that were decided. caveats: why the runs may differ although
    the API does not.
    """

    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    lost: tuple[Finding, ...]
    changed: tuple[Changed, ...]
    clauses: tuple[ClauseChange, ...]
    unexercised: tuple[Unexercised, ...]
    caveats: tuple[str, ...]
    is_worse: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Earlier runs, the oldest first, and what differs between the last of them and another run."""

    earlier: tuple[Results, ...]
    difference: Difference
