"""The process of the reference server."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from apicheck.model.errors import TargetUnreachable
from apicheck.run import server
from apicheck.run.server import reference_server

TALKATIVE = """
import json, sys
sys.stderr.write("x" * 1_000_000)
print(json.dumps({"base_url": "http://a", "control_url": "http://b"}), flush=True)
sys.stdin.read()
"""
FAILING = "import sys; sys.exit('no such profile')"


def run_instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    command = [sys.executable, "-c", program]
    monkeypatch.setattr(server, "build_server_command", lambda *_, **__: command)


def test_a_server_that_logs_much_does_not_wait_for_a_reader(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run_instead(monkeypatch, TALKATIVE)
    with reference_server(tmp_path) as started:
        assert started.base_url == "http://a"


def test_a_server_that_does_not_start_is_reported_with_its_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run_instead(monkeypatch, FAILING)
    with pytest.raises(TargetUnreachable, match="no such profile"), reference_server(tmp_path):
        pass
