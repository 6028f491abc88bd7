"""Drawing values of a named strategy: a pass of its own, whose result is written into the plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from apicheck.generate.apart import apart
from apicheck.model.json import Json
from apicheck.model.subject import Subject

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def strategy(name: str, subject: Subject) -> SearchStrategy[Json]:
    """The Hypothesis strategy of a name. Raises KeyError for a name that nobody defines."""
    from apicheck.generate.credentials import bad_credentials
    from apicheck.generate.odd import odd_parts

    return {"bad-credential": bad_credentials, "odd-part": odd_parts}[name](subject)


OF_EACH = frozenset({"odd-part"})
"""Strategies whose values belong to one operation; values of the others go round."""


def draw(name: str, seed: int, count: int, subject: Subject) -> tuple[Json, ...]:
    """Up to `count` different values of a strategy, the same for the same seed.

    Hypothesis gets every setting explicitly, so that no profile and no database of the user's
    has a say.
    """
    if count <= 0:
        return ()
    if name == "odd-part":
        from apicheck.generate.odd import odd_parts_of

        return odd_parts_of(subject, seed, count)
    return drawn_from(strategy(name, subject), seed, count)


def drawn_from(values: SearchStrategy[Json], seed: int, count: int) -> tuple[Json, ...]:
    """Up to `count` different values of a strategy of Hypothesis."""
    return apart(lambda: _drawn(values, seed, count))


def _drawn(drawable: SearchStrategy[Json], seed: int, count: int) -> tuple[Json, ...]:
    import hypothesis

    values: dict[str, Json] = {}
    settings = hypothesis.settings(
        max_examples=4 * count,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
        report_multiple_bugs=False,
    )

    @hypothesis.seed(seed)
    @settings
    @hypothesis.given(drawable)
    def keep(value: Json) -> None:
        if len(values) < count:
            values.setdefault(json.dumps(value, sort_keys=True), value)

    keep()
    return tuple(values.values())
