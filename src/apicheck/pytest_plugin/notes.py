"""Shows what a run has to say while it goes on: above all, how long it may take."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from apicheck.report.text import join_lines
from apicheck.run import Silent


class Notes(Silent):
    """Shows notes on the terminal of pytest. Workers of pytest-xdist have none."""

    def __init__(self, config: pytest.Config) -> None:
        self._reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        self._capture: Any = config.pluginmanager.get_plugin("capturemanager")

    def note(self, text: str) -> None:
        """Write a line, whatever pytest captures just now."""
        if self._reporter is None:
            return
        capture = self._capture
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            self._reporter.ensure_newline()
            self._reporter.write_line(f"apicheck: {join_lines(text)}")
