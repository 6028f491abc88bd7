"""A run leaves its report where the user works, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DOCUMENT = """\
openapi: 3.1.0
info: {title: Cups, version: "1"}
paths:
  /cups:
    post:
      operationId: createCup
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string, pattern: "^[a-z]{3,9}$"}
                size: {type: integer, minimum: 1, maximum: 9}
      responses:
        "201": {description: made}
        "400": {description: refused}
"""
POLICY = """\
policy: cups
version: "1"
title: Cups
spec: openapi.yaml
clauses:
  C-1: {quote: "No input breaks it", checks: errors/server-error}
"""
BIN = Path(sys.executable).parent


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "openapi.yaml").write_text(DOCUMENT)
    return folder


def run_in(folder: Path, *command: str) -> str:
    environ = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "cache")}
    environ.pop("HYPOTHESIS_STORAGE_DIRECTORY", None)
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


def test_a_run_leaves_only_its_report(here: Path, serve: Any, sent: Any) -> None:
    with serve(lambda _: sent(201, {})) as (url, received):
        printed = run_in(here, "apicheck", "run", "--spec", "openapi.yaml", "--base-url", url)
    assert received, printed
    assert {path.name for path in here.iterdir()} == {"openapi.yaml", "reports"}


def test_the_items_of_a_policy_leave_only_the_report(here: Path, serve: Any, sent: Any) -> None:
    (here / "policy.yaml").write_text(POLICY)
    with serve(lambda _: sent(201, {})) as (url, received):
        (here / "apicheck.toml").write_text(f'base_url = "{url}"\n')
        printed = run_in(
            here,
            "pytest",
            "-p",
            "no:cacheprovider",
            "policy.yaml",
            "--apicheck-target",
            "apicheck.toml",
        )
    assert received, printed
    files = {"openapi.yaml", "policy.yaml", "apicheck.toml", "reports"}
    assert {path.name for path in here.iterdir()} == files
