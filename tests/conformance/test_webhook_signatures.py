"""Every webhook is signed over what is sent, with the secret of its subscription."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from apicheck.model.verdict import Verdict
from apicheck.testing import Run, Server

few = settings(max_examples=2, deadline=None, phases=[Phase.generate])  # a seed has no shorter form


@few
@given(seed=st.integers(0, 2**32 - 1))
def test_every_delivery_is_signed(
    honest: Server, apicheck_run: Callable[..., Run], seed: int
) -> None:
    run = apicheck_run(honest.target_file, select=("webhooks/*",), seed=seed)
    run.assert_conformant()
    assert set(run.verdicts("webhooks/signature").values()) == {Verdict.PASS}


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("webhooks/unsigned", ("webhooks/signature", "absent")),
        ("webhooks/signs-with-other-secret", ("webhooks/signature", "invalid")),
        ("webhooks/stale-timestamp", ("webhooks/signature", "stale")),
    ],
)
def test_a_signature_that_proves_nothing_is_noticed(
    run_with: Callable[..., Run], fault: str, noticed: tuple[str, str]
) -> None:
    assert noticed in run_with(fault, select=("webhooks/*",)).outcomes()
