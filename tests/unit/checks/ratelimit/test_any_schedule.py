"""Hypothesis draws schedules and latencies: whatever they are, the honest limiter is possible."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.checks.ratelimit._limiters import Hit, Limiter, Trace, explain
from tests.unit.checks.ratelimit import limiters

Make = Callable[[int, float, float], Callable[[float], bool]]
WINDOW = 60.0
HONEST: list[tuple[str, bool | None, Make]] = [
    ("fixed", None, limiters.fixed),
    ("aligned", None, limiters.aligned),
    ("sliding-log", None, limiters.sliding_log),
    ("sliding-log", False, limiters.sliding_log),
    ("sliding-log", None, limiters.sliding_log_that_counts_refused),
    ("sliding-log", True, limiters.sliding_log_that_counts_refused),
    ("sliding-counter", None, limiters.sliding_counter),
    ("bucket", None, limiters.bucket),
]
"""A family, whether refused requests count (None: the policy does not say), and a member of it."""

requests = st.tuples(
    st.sampled_from([0.0, 0.0, 0.02, 0.2, 1.0]) | st.floats(0, 2.5),
    st.floats(0, 0.1),
    st.floats(0, 0.1),
    st.booleans(),
)
"""In windows: the gap before it is sent, until it is decided, until the response has come; and
whether the response came at all."""


@pytest.mark.parametrize(
    ("family", "counts_refused", "make"), HONEST, ids=lambda v: getattr(v, "__name__", str(v))
)
@settings(max_examples=25)
@given(
    limit=st.integers(1, 6),
    phase=st.floats(0, WINDOW, exclude_max=True),
    sent=st.lists(requests, min_size=1, max_size=30),
    lost=st.booleans(),
)
def test_an_honest_limiter_explains_any_schedule(
    *,
    family: str,
    counts_refused: bool | None,
    make: Make,
    limit: int,
    phase: float,
    sent: list[tuple[float, float, float, bool]],
    lost: bool,
) -> None:
    decide = make(limit, WINDOW, phase)
    now, asked = 0.0, []
    for gap, until_decided, until_read, answered in sent:
        now += gap * WINDOW
        at = now + until_decided * WINDOW
        asked.append((at, now, at + until_read * WINDOW, answered or not lost))
    trace = Trace.of(
        Hit(start, end, admitted if known else None)
        for at, start, end, known in sorted(asked)
        for admitted in (decide(at),)
    )
    limiter = Limiter(limit, WINDOW, counts_refused=counts_refused)
    assert explain(trace, limiter, family)[family] == ""
