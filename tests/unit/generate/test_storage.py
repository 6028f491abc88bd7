"""Drawing leaves no folder where the user works, and theirs as it is."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import configuration

from apicheck.generate.storage import stored_in_cache


def home() -> Path:
    folder = configuration.storage_directory(intent_to_write=False)
    return Path(getattr(folder, "home_directory", folder))  # a path before Hypothesis 6.160


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("HYPOTHESIS_STORAGE_DIRECTORY", raising=False)
    return tmp_path


def test_the_folder_is_in_the_cache_only_while_we_draw(cache: Path) -> None:
    before = home()
    with stored_in_cache():
        with stored_in_cache():
            pass
        assert home() == cache / "apicheck" / "hypothesis"
    assert home() == before


def test_a_drawing_that_fails_gives_the_folder_back(cache: Path) -> None:
    before, during = home(), Path()
    with suppress(ValueError), stored_in_cache():
        during = home()
        raise ValueError("drawn")
    assert during.is_relative_to(cache)
    assert home() == before


def test_a_folder_of_the_environment_is_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", "mine")
    configuration.set_hypothesis_home_dir(None)
    with stored_in_cache():
        assert home() == Path("mine")
    configuration.set_hypothesis_home_dir(None)
    assert os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] == "mine"
