"""The specimen: a run made by hand, in which every verdict occurs, for whoever shows runs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from apicheck.model.exchange import Transcript
from apicheck.model.results import Results

SPREAD = ("tests/e2e/test_prove.py", "tests/e2e/test_honest_variants.py")
"""Files whose tests share nothing and take minutes each: any worker takes the next one."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Several workers share the tests by file, so that what a file starts is started once.

    Groups (`--dist loadgroup`) would say the same, but pytest 9.2 and xdist 3.8 lose them.
    """
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):  # type: ignore[misc]  (xdist has no types)
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return nodeid if file in SPREAD else file

    return Scheduling(config, log)


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
