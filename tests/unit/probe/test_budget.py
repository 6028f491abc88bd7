import pytest

from apicheck.probe.budget import Budget
from apicheck.probe.errors import ProbeStopped


@pytest.mark.parametrize(("given", "expected", "advised"), [(20, 281, 500), (300, 281, 600)])
def test_a_budget_that_runs_out_advises_one_that_the_plan_needs(
    given: int, expected: int, advised: int
) -> None:
    budget = Budget(given, None, lambda: 0.0, expected=expected)
    for _ in range(given):
        budget.take()
    with pytest.raises(ProbeStopped) as halt:
        budget.take()
    assert halt.value.reason.remedy == f"[safety]\nmax_requests = {advised}"
