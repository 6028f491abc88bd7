"""Whether two kinds of requests take differently long: what an attacker could measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

_QUANTILE = 2.576
"""Of the normal distribution, for an interval that holds the median in 99 of 100 runs."""
_FLOOR = 0.01
"""A smaller part of the whole time is no difference that anybody could use, or trust."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Seconds by which the second of each pair takes longer: the median, and its interval."""

    median_s: float
    low_s: float
    high_s: float
    usual_s: float

    @property
    def is_seen(self) -> bool:
        """Whether the interval is all on one side of zero, and the median is not negligible."""
        one_sided = self.low_s > 0 or self.high_s < 0
        return one_sided and abs(self.median_s) > _FLOOR * self.usual_s

    def describe(self) -> str:
        """The difference, in words."""
        low, high = (f"{1e6 * one:.1f}" for one in (self.low_s, self.high_s))
        return f"{1e6 * self.median_s:.1f} µs ({low} to {high}) of {1e6 * self.usual_s:.0f} µs"


def compare(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Compare times in pairs; what slows a machine down meets both of a pair.

    The interval is of order statistics: it assumes no distribution, and outliers do not move it.
    """
    apart = sorted(two - one for one, two in zip(first, second, strict=True))
    half = _QUANTILE * sqrt(len(apart)) / 2
    low = max(0, int(len(apart) / 2 - half))
    high = min(len(apart) - 1, int(len(apart) / 2 + half))
    return Difference(median(apart), apart[low], apart[high], median((*first, *second)))
