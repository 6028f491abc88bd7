"""Hypothesis as a library: in a thread of its own, with every setting given."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from random import Random
from typing import TYPE_CHECKING, TypeVar

from apicheck.generate.storage import stored_in_cache
from apicheck.model.json import Json, key_of

if TYPE_CHECKING:
    import hypothesis
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

_NAME = "drawing-for-apicheck"
_SEED_OF_SEARCH = 1
_MOST_TRIES = 100
"""Tries to draw the plainest value: a filter that refuses all would be tried for many seconds."""


@lru_cache(maxsize=64)
def draw_values(values: SearchStrategy[Json], seed: int, count: int) -> tuple[Json, ...]:
    """Draw up to `count` different values of a strategy, the same for the same seed.

    They are drawn once for a strategy, which is known by its identity.
    """
    drawn: dict[str, Json] = {}

    def keep(value: Json) -> None:
        if len(drawn) < count:
            drawn.setdefault(key_of(value), value)

    # About one value in ten is drawn before; a strategy of few values takes more tries.
    in_own_thread(lambda: _generate(values, keep, count + count // 4 + 1, seed))
    if len(drawn) < count:
        in_own_thread(lambda: _generate(values, keep, 4 * count, seed + 1))
    return tuple(drawn.values())


def draw_first(values: SearchStrategy[T]) -> T | None:
    """Draw the plainest value of a strategy, always the same; None when no try finds one."""
    drawn = in_own_thread(lambda: try_to_draw(values, _MOST_TRIES))
    return drawn[0] if drawn else None


def try_to_draw(
    values: SearchStrategy[T], tries: int, seed: int | None = None
) -> tuple[T] | tuple[()]:
    """Draw one value in this thread, in a number of tries; () when none of them finds one."""
    from hypothesis.errors import Flaky

    drawn: list[T] = []
    try:
        _generate(_count_tries(values, tries), drawn.append, 1, seed)
    except (_EnoughError, Flaky):  # the last try is unlike those before
        return ()
    return (drawn[0],) if drawn else ()


class _EnoughError(BaseException):
    """The tries are over. Hypothesis would take an Exception for a test that fails."""


def _count_tries(values: SearchStrategy[T], most: int) -> SearchStrategy[T]:
    """The same values; raises _EnoughError at the first try after `most` of them."""
    from hypothesis import strategies as st

    left = iter(range(most))

    @st.composite
    def counted(draw: st.DrawFn) -> T:
        if next(left, None) is None:
            raise _EnoughError
        return draw(values)

    return counted()


def find_simplest(
    values: SearchStrategy[Json], holds: Callable[[Json], bool], *, max_examples: int
) -> tuple[Json, ...]:
    """Find the simplest value of a strategy for which `holds` is true; () when none is found."""
    import hypothesis
    from hypothesis.errors import HypothesisException

    settings = _settings(max_examples, shrink=True)
    randomness = Random(_SEED_OF_SEARCH)  # noqa: S311  (for repeatable tests, not for secrets)
    try:
        return (
            _in_new_thread(
                lambda: hypothesis.find(values, holds, settings=settings, random=randomness)
            ),
        )
    except HypothesisException:
        return ()


def _generate(
    values: SearchStrategy[T],
    keep: Callable[[T], None],
    max_examples: int,
    seed: int | None = None,
) -> None:
    """Hand drawn values to `keep`. seed None: always the same values."""
    import hypothesis

    @_settings(max_examples, derandomize=seed is None)
    @hypothesis.given(values)
    def draw(value: T) -> None:
        keep(value)

    (draw if seed is None else hypothesis.seed(seed)(draw))()


def _settings(
    max_examples: int, *, derandomize: bool = False, shrink: bool = False
) -> hypothesis.settings:
    """Set everything explicitly, so that no profile and no database of the user has an effect."""
    import hypothesis

    phases = [hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if shrink else [])]
    return hypothesis.settings(
        max_examples=max_examples,
        database=None,
        deadline=None,
        derandomize=derandomize,
        phases=phases,
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
        report_multiple_bugs=False,
    )


def in_own_thread(function: Callable[[], T]) -> T:
    """Run a function that draws in another thread, and return what it returns.

    A user's own property test may run apicheck. Hypothesis keeps its state by thread and would
    take this drawing for a test nested in the user's, which it refuses.
    """
    with stored_in_cache():
        if threading.current_thread().name.startswith(_NAME):  # a drawing within a drawing
            return _in_new_thread(function)
        return _start_thread().submit(function).result()


@cache
def _start_thread() -> ThreadPoolExecutor:
    """Start the thread of drawings: for each new one, Hypothesis looks through all objects."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix=_NAME)


def _in_new_thread(function: Callable[[], T]) -> T:
    """As `in_own_thread`, for a function that may wait for other drawings."""
    with stored_in_cache(), ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(function).result()
