"""Credentials that must not be accepted are refused, as the policy says."""

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
def test_no_credential_but_a_valid_one_is_accepted(
    honest: Server, apicheck_run: Callable[..., Run], seed: int, operations: list[str]
) -> None:
    run = apicheck_run(
        honest.target_file, select=("auth/*",), seed=seed, operations=tuple(operations)
    )
    run.assert_conformant()
    for check in ("auth/missing-credentials", "auth/bad-credentials"):
        verdicts = run.verdicts(check)
        assert {verdicts[operation] for operation in operations} == {Verdict.PASS}


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("auth/skips-authentication", ("auth/missing-credentials", "accepted")),
        ("auth/compares-prefix", ("auth/bad-credentials", "accepted")),
        ("auth/omits-challenge", ("auth/challenge", "absent")),
    ],
)
def test_a_door_that_stands_open_is_noticed(
    run_with: Callable[..., Run], fault: str, noticed: tuple[str, str]
) -> None:
    assert noticed in run_with(fault, select=("auth/*",), operations=("getAccount",)).outcomes()
