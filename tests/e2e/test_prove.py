"""Every check can fail: for each fault of the server, the check that must notice it does."""

import pytest

from apicheck.run import prove


@pytest.mark.slow
@pytest.mark.parametrize(
    ("profile", "at_least"), [("canonical", 25), ("webengage", 5), ("dahimail", 40)]
)
def test_every_fault_is_caught_and_nothing_else_fails(profile: str, at_least: int) -> None:
    proof = prove(profile)
    assert proof.honest_failures == ()
    assert [(row.fault, row.expected, row.caught) for row in proof.survivors] == []
    assert [(row.fault, row.unrelated) for row in proof.rows if row.unrelated] == []
    assert proof.unproven == ()
    assert sum(row.killed for row in proof.applicable) >= at_least
