import pytest

from apicheck.probe.budget import Budget
from apicheck.probe.errors import ProbeStopped


@pytest.mark.parametrize(("given", "expected", "advised"), [(20, 281, 500), (300, 281, 600)])
def test_a_budget_that_is_used_up_advises_one_that_fits_the_plan(
    given: int, expected: int, advised: int
) -> None:
    budget = Budget(given, None, lambda: 0.0, expected=expected)
    for _ in range(given):
        budget.take()
    with pytest.raises(ProbeStopped) as stop:
        budget.take()
    assert stop.value.reason.remedy == f"[safety]\nmax_requests = {advised}"
