"""Libraries write nothing where nobody expects it."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
from pathlib import Path

from apicheck.cli.libraries import keep_modules, tame_libraries


def test_a_pattern_of_another_dialect_is_no_warning() -> None:
    tame_libraries()
    assert re.compile("[[a]b]")


def test_what_comes_after_the_modules_is_searched_for_cycles() -> None:
    gc.unfreeze()
    keep_modules()
    kept = gc.get_freeze_count()
    later = [[number] for number in range(1000)]
    keep_modules()
    assert 0 < gc.get_freeze_count() <= kept
    gc.unfreeze()
    assert len(later) == 1000


def test_planning_leaves_the_working_directory_as_it_is(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("apicheck")), "plan", "--profile", "webengage"]
    home = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    home.pop("HYPOTHESIS_STORAGE_DIRECTORY", None)
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        [*command, "--base-url", "http://127.0.0.1:9"],
        cwd=tmp_path / "here",
        env=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "here").iterdir()) == []
