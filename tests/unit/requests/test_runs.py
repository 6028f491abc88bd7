from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from apicheck.requests.runs import split_runs

bodies = st.lists(
    st.builds(lambda one, times: one * times, st.sampled_from([b"a", b"b", b"\xff"]),
              st.integers(1, 30))
).map(b"".join)  # fmt: skip


@given(bodies, st.integers(2, 20))
def test_the_runs_are_those_that_a_regular_expression_finds(body: bytes, at_least: int) -> None:
    *runs, (rest, nothing, zero) = split_runs(body, at_least, b"ab")
    assert (nothing, zero) == (b"", 0)
    assert b"".join(text + one * times for text, one, times in runs) + rest == body
    expected = re.finditer(rb"([ab])\1{%d,}" % (at_least - 1), body)
    assert [one * times for _, one, times in runs] == [found[0] for found in expected]
