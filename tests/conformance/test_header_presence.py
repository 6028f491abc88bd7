"""Every answer carries the headers that the policy promises, the refused ones too."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from apicheck.model.verdict import Verdict
from apicheck.testing import Run, Server

few = settings(max_examples=2, deadline=None, phases=[Phase.generate])  # a seed has no shorter form

OPERATIONS = ("listContacts", "createContact", "getContact", "deleteContact", "getAccount")
some_operations = st.lists(st.sampled_from(OPERATIONS), min_size=1, max_size=3, unique=True)


@few
@given(seed=st.integers(0, 2**32 - 1), operations=some_operations)
def test_every_answer_carries_what_is_promised(
    honest: Server, apicheck_run: Callable[..., Run], seed: int, operations: list[str]
) -> None:
    run = apicheck_run(
        honest.target_file, select=("headers/*",), seed=seed, operations=tuple(operations)
    )
    run.assert_conformant()
    assert Verdict.PASS in run.verdicts("headers/required").values()
    assert Verdict.PASS in run.verdicts("headers/request-id").values()


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("headers/omits-required", ("headers/required", "absent")),
        ("headers/repeats-request-id", ("headers/request-id", "repeated")),
    ],
)
def test_a_header_that_is_left_out_is_noticed(
    run_with: Callable[..., Run], fault: str, noticed: tuple[str, str]
) -> None:
    assert noticed in run_with(fault, select=("headers/*",)).outcomes()
