"""Every check's page is complete, and its examples come out as they say."""

import pytest

from apicheck.model.check import Check
from apicheck.pages import verify
from apicheck.registry import collect

CHECKS = collect(entry_points=False)


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_every_example_of_a_page_comes_out_as_it_says(check: Check) -> None:
    wrong = verify(check)
    assert not wrong, "\n".join(wrong)
