"""Draw the values of a named strategy, in a pass whose result is written into the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apicheck.generate.credentials import bad_credentials
from apicheck.generate.forgeries import forgeries
from apicheck.generate.hypothesis_runner import draw_values
from apicheck.generate.mutations import draw_mutated_parts, mutated_parts
from apicheck.generate.schedules import schedules
from apicheck.model.json import Json
from apicheck.model.subject import Subject

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_MUTATED_PART = "mutated-part"
_STRATEGIES = {
    "bad-credential": bad_credentials,
    "forgery": forgeries,
    _MUTATED_PART: mutated_parts,
    "schedule": schedules,
}

MOST_DRAWN = {"forgery": 10, "schedule": 2}
"""Strategies that draw for each subject, as its values are costly -> the most, unless thorough."""

DRAWN_FOR_EACH = frozenset({_MUTATED_PART})
"""Strategies that draw for each operation; operations take turns in the values of the others."""


def strategy(name: str, subject: Subject) -> SearchStrategy[Json]:
    """The Hypothesis strategy of a name. Raises KeyError for a name that is not defined."""
    return _STRATEGIES[name](subject)


def draw(name: str, seed: int, count: int, subject: Subject) -> tuple[Json, ...]:
    """Draw up to `count` different values of a strategy, the same for the same seed."""
    if count <= 0:
        return ()
    if name == _MUTATED_PART:
        return draw_mutated_parts(subject, seed, count)
    return draw_values(strategy(name, subject), seed, count)
