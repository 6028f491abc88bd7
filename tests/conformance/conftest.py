"""What the six themes share: a server that keeps the canonical policy.

A project of its own would name its target file in place of the server's.
"""

from collections.abc import Callable

import pytest

from apicheck.testing import Run, Server


@pytest.fixture(scope="session")
def honest(apicheck_server: Callable[..., Server]) -> Server:
    """A server that keeps every promise of the policy."""
    return apicheck_server("canonical")


@pytest.fixture
def run_with(
    apicheck_server: Callable[..., Server], apicheck_run: Callable[..., Run]
) -> Callable[..., Run]:
    """A run against a server that breaks a promise on purpose."""
    return lambda fault, **options: apicheck_run(
        apicheck_server("canonical", faults=(fault,)).target_file, **options
    )
