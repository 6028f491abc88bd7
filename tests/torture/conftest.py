from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.torture.launcher import Launcher, start_launcher


@pytest.fixture(scope="session")
def apicheck() -> Iterator[Launcher]:
    """`apicheck(directory, *arguments)`: a command in a process of its own."""
    with start_launcher() as launcher:
        yield launcher
