"""What a token's scopes do not allow, and what belongs to another tenant, is denied."""

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
def test_a_token_opens_only_what_its_scopes_name(
    honest: Server, apicheck_run: Callable[..., Run], seed: int, operations: list[str]
) -> None:
    run = apicheck_run(
        honest.target_file, select=("scopes/*",), seed=seed, operations=tuple(operations)
    )
    run.assert_conformant()
    verdicts = run.verdicts("scopes/denied")
    assert {verdicts[operation] for operation in operations} == {Verdict.PASS}


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("scopes/ignores-scopes", ("scopes/denied", "accepted")),
        ("scopes/ignores-tenant", ("scopes/foreign-object", "accepted")),
    ],
)
def test_a_scope_that_is_not_looked_at_is_noticed(
    run_with: Callable[..., Run], fault: str, noticed: tuple[str, str]
) -> None:
    assert noticed in run_with(fault, select=("scopes/*",), operations=("getContact",)).outcomes()
