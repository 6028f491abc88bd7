"""Schedules of requests that use a limit up: the strategy "schedule".

A schedule is a list of steps `{after, send, who, op}`: how long to wait before it, in hundredths of
a window; how many requests to send then, together; which of two clients sends them; and of which
operation, by number. Numbers of requests and waits are near those at which limiters decide.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from apicheck.model.json import Json
from apicheck.model.subject import Subject

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_WAITS = (0, 20, 50, 60, 97, 102, 105, 110, 150, 205, 300)
_SHORT_WAITS = (0, 0, 2, 20)
_FEWEST_STEPS = 3
_MOST_STEPS = 7
_MOST_OPERATIONS = 3


def schedules(subject: Subject) -> SearchStrategy[Json]:
    """Lists of steps for the bucket of a subject: with long waits, or with short ones in turns.

    The turns are those of two clients, or of up to three operations.
    """
    return _around((subject.bucket.limit if subject.bucket else None) or 1)


@lru_cache(maxsize=32)
def _around(limit: int) -> SearchStrategy[Json]:
    from hypothesis import strategies as st

    counts = st.sampled_from(sorted({1, max(1, limit - 1), limit, limit + 1, limit + 3}))

    def of(waits: tuple[int, ...], clients: int, operations: int) -> SearchStrategy[Json]:
        step = st.fixed_dictionaries(
            {
                "after": st.sampled_from(waits),
                "send": counts,
                "who": st.integers(0, clients - 1),
                "op": st.integers(0, operations - 1),
            }
        )
        return st.lists(step, min_size=_FEWEST_STEPS, max_size=_MOST_STEPS)

    return st.one_of(
        of(_WAITS, 1, 1), of(_SHORT_WAITS, 2, 1), of(_SHORT_WAITS, 1, _MOST_OPERATIONS)
    )
