"""Limits are enforced where the policy puts them, and the headers count along."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from apicheck.model.verdict import Verdict
from apicheck.testing import Run, Server

few = settings(max_examples=2, deadline=None, phases=[Phase.generate])  # a seed has no shorter form


@few
@given(seed=st.integers(0, 2**32 - 1))
def test_the_limit_is_where_the_policy_puts_it(
    honest: Server, apicheck_run: Callable[..., Run], seed: int
) -> None:
    run = apicheck_run(honest.target_file, select=("ratelimit/*",), seed=seed)
    run.assert_conformant()
    assert run.verdicts("ratelimit/quota")["export"] is Verdict.PASS


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("ratelimit/one-too-many", ("ratelimit/quota", "not-enforced")),
        ("ratelimit/remaining-never-falls", ("ratelimit/remaining", "wrong")),
    ],
)
def test_a_limit_that_is_elsewhere_is_noticed(
    run_with: Callable[..., Run], fault: str, noticed: tuple[str, str]
) -> None:
    assert noticed in run_with(fault, select=("ratelimit/*",)).outcomes()
