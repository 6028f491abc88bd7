"""Measure how long pytest takes to collect the largest policy, with its 67 operations.

Run: python bench/collection.py. Processor time of this process, what it imports included.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest

POLICY = Path(__file__).parents[1] / "openapi" / "canonical" / "policy.yaml"
TARGET = 'base_url = "http://127.0.0.1:1"\nidentities.admin.token_env = "PATH"\n'
"""Nothing is sent: no server, and no token."""
MOST_S = 1.0


class Watch:
    """A plugin of pytest that measures the collection."""

    seconds = 0.0
    collected = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, object, object]:
        """Take the time before and after."""
        began = time.process_time()
        outcome = yield
        self.seconds = time.process_time() - began
        self.collected = session.testscollected
        return outcome


def main() -> int:
    """Print the figures; the exit code is 1 where it takes too long, or collects nothing."""
    watch = Watch()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        target = Path(folder, "apicheck.toml")
        target.write_text(TARGET)
        given = ["--co", "-qq", "-p", "no:cacheprovider", "-c", "/dev/null", f"--rootdir={folder}"]
        pytest.main([*given, f"--apicheck-target={target}", str(POLICY)], plugins=[watch])
    print(f"{watch.collected} items collected in {watch.seconds:.2f} s of processor time")
    return int(watch.seconds > MOST_S or not watch.collected)


if __name__ == "__main__":
    sys.exit(main())
