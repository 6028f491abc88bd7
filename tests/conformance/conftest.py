"""What the six themes share: a server that keeps the canonical policy.

A project of its own would name its target file in place of the server's.
"""

from collections.abc import Callable

import pytest

from apicheck.testing import Server


@pytest.fixture(scope="session")
def honest(apicheck_server: Callable[..., Server]) -> Server:
    """A server that keeps every promise of the policy."""
    return apicheck_server("canonical")
