"""Every check can fail: for each fault of the server, the check that must notice it does."""

from typing import Any

import pytest

from apicheck.run import prove


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "at_least"), [("canonical", 25), ("webengage", 5)])
def test_every_fault_is_caught_and_nothing_else_fails(profile: str, at_least: int) -> None:
    proof: Any = prove(profile)
    assert proof.honest_failures == ()
    assert proof.survivors == ()
    assert proof.unrelated == ()
    assert sum(row.applicable and row.caught for row in proof.rows) >= at_least
