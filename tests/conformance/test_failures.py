"""The server's own failures: asked for through the control protocol, and answered as promised."""

from collections.abc import Callable

import pytest

from apicheck.model.verdict import Verdict
from apicheck.testing import Run, Server

CHECKS = ("errors/failure", "errors/unexpected-5xx", "errors/envelope", "errors/leaks")


def test_a_failure_that_was_asked_for_is_held_against_nobody(
    honest: Server, apicheck_run: Callable[..., Run]
) -> None:
    run = apicheck_run(honest.target_file, select=CHECKS)
    assert run.outcomes() == set()
    assert set(run.verdicts("errors/failure").values()) == {Verdict.PASS}


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("errors/failure-answered-with-200", "accepted"),
        ("errors/failure-answered-with-other-status", "wrong-status"),
    ],
)
def test_a_failure_that_looks_like_something_else_is_noticed(
    run_with: Callable[..., Run], fault: str, outcome: str
) -> None:
    run = run_with(fault, select=("errors/failure",))
    assert ("errors/failure", outcome) in run.outcomes()
