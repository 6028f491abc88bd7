"""The findings that somebody knows of and accepts for a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

LONGEST_DAYS = 180
"""How long a finding may be known before somebody decides again."""


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """An entry of a baseline: a finding by its fingerprint, on some subjects, until a day.

    finding: the check and the outcome in words, for people. subjects: () for all, also new ones.
    owner: who answers for it. expires: the last day on which it counts. place: `file:line`.
    """

    fingerprint: str
    finding: str
    owner: str
    reason: str
    expires: date
    subjects: tuple[str, ...] = ()
    place: str = ""

    def covers(self, subject: str) -> bool:
        """Whether the entry is about a subject."""
        return not self.subjects or subject in self.subjects


@dataclass(frozen=True, slots=True)
class Comparison:
    """The findings of a run beside a baseline.

    new: finding -> the subjects on which nobody knew of it. known: finding -> the entries that
    cover it. expired: entries that would cover a finding, had their day not passed. mended: entries
    whose subjects pass. unseen: entries of which this run says nothing.
    """

    new: Mapping[str, tuple[str, ...]]
    known: Mapping[str, tuple[KnownFinding, ...]]
    expired: tuple[KnownFinding, ...]
    mended: tuple[KnownFinding, ...]
    unseen: tuple[KnownFinding, ...]
