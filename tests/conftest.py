"""The specimen: a run made by hand, in which every verdict occurs, for whoever shows runs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from apicheck.model.exchange import Transcript
from apicheck.model.results import Results


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Several workers share the tests by file, but for those that name a group of their own."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))


@pytest.fixture(scope="session")
def specimen() -> ModuleType:
    file = Path(__file__).parent / "fixtures" / "specimen.py"
    spec = importlib.util.spec_from_file_location("specimen", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["specimen"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def results(specimen: ModuleType) -> Results:
    made: Results = specimen.RESULTS
    return made


@pytest.fixture
def transcripts(specimen: ModuleType) -> tuple[Transcript, ...]:
    recorded: tuple[Transcript, ...] = specimen.TRANSCRIPTS
    return recorded
