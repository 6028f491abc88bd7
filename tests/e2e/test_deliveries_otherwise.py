"""Promises of deliveries that no profile makes: the canonical one with other facts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apicheck.load import profile_dir
from apicheck.run import reference_server


@pytest.fixture
def play(tmp_path: Path, apicheck: Callable[..., Any]) -> Callable[..., set[tuple[str, ...]]]:
    """Plays a check on a server that keeps the changed policy. Returns (verdict, outcome)."""

    def play(check: str, fault: str, *changes: tuple[str, str]) -> set[tuple[str, ...]]:
        folder = tmp_path / "profile"
        shutil.copytree(profile_dir("canonical"), folder)
        policy = folder / "policy.yaml"
        text = policy.read_text()
        for before, after in changes:
            assert text.count(before) == 1
            text = text.replace(before, after)
        policy.write_text(text)
        with reference_server(folder, faults=(fault,) if fault else ()) as server:
            apicheck(
                *("run", "--target", server.target_file, "--select", check),
                *("--out", tmp_path / "run"),
            )
        results = json.loads((tmp_path / "run" / "results.json").read_text())["results"]
        return {
            (one["verdict"], *(failure["outcome"] for failure in one["failures"]))
            for one in results
        }

    return play


@pytest.mark.parametrize(
    ("fault", "found"),
    [("", ("pass",)), ("webhooks/follows-no-redirect", ("fail", "not-followed"))],
)
def test_redirects_are_followed_where_that_is_promised(
    play: Callable[..., set[tuple[str, ...]]], fault: str, found: tuple[str, ...]
) -> None:
    followed = ("redirects: refused", "redirects: followed")
    assert play("webhooks/redirect", fault, followed) == {found}
