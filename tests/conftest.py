"""The specimen: a run made by hand, in which every verdict occurs, for tests of what shows runs."""

from __future__ import annotations

import gc
import os
import signal
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from time import thread_time
from typing import Any

import hypothesis
import pytest

from apicheck.cli.libraries import collect_garbage_rarely
from apicheck.model.exchange import Transcript
from apicheck.model.results import Results
from tests.fixtures import specimen

SPREAD = ("test_prove", "test_honest_variants", "test_real_servers", "test_senders")
"""Files whose tests share nothing and take minutes each: any worker takes the next one."""

os.environ.pop("GITHUB_ACTIONS", None)
"""What apicheck prints must not depend on where the tests run."""

hypothesis.settings.register_profile(
    "apicheck",
    hypothesis.settings.default,  # under CI: the one that draws the same values each time
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("apicheck")
"""No property is held to a time: how long an example takes depends on the machine's load."""

# Hypothesis would import trio's plugin, and that pytest, into each process that a test starts.
os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Of who started the tests in the background; the commands that they start would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def is_in_share(nodeid: str, share: str) -> bool:
    """Whether a long test belongs to a share of them such as "1/3", the second of three.

    The proof of the canonical profile belongs to each; that of its webhooks, the longest, and that
    of its clauses to one.
    """
    number, _, shares = share.partition("/")
    apart = "webhooks" in nodeid or "every_clause" in nodeid
    if "test_prove.py" in nodeid and "canonical" in nodeid and not apart:
        return True
    return zlib.crc32(nodeid.encode()) % int(shares) == int(number) % int(shares)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a share of the long tests, where APICHECK_LONG_SHARE names one; put unit tests last.

    The files of unit tests are the shortest, so that at the end no worker is alone with a long one.
    """
    items.sort(key=lambda item: item.nodeid.startswith("tests/unit/"))
    share = os.environ.get("APICHECK_LONG_SHARE", "")
    out = [
        item
        for item in items
        if share and item.get_closest_marker("long") and not is_in_share(item.nodeid, share)
    ]
    if out:
        config.hook.pytest_deselected(items=out)
        left = set(map(id, out))
        items[:] = [item for item in items if id(item) not in left]


def pytest_collection_finish() -> None:
    """Have the garbage collector pass by what was collected: ten thousand tests stay to the end."""
    gc.collect()
    gc.freeze()
    collect_garbage_rarely()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Several workers share the tests by file, so that what a file starts is started once.

    Groups (`--dist loadgroup`) would say the same, but pytest 9.2 and xdist 3.8 lose them.
    """
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):  # type: ignore[misc]  (xdist has no types)
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return nodeid if Path(file).stem in SPREAD else file

    return Scheduling(config, log)


def growth(work: Callable[[int], object], size: int) -> float:
    """How much dearer work gets when its input grows 16-fold: 16 is linear, 256 is quadratic.

    The CPU time of this thread, the least of three tries: the machine's load does not count.
    """

    def cost(units: int) -> float:
        tries = []
        for _ in range(3):
            began = thread_time()
            work(units)
            tries.append(thread_time() - began)
        return min(tries)

    return cost(16 * size) / cost(size)


@pytest.fixture(name="growth", scope="session")
def growth_fixture() -> Callable[[Callable[[int], object], int], float]:
    return growth


@pytest.fixture
def results() -> Results:
    return specimen.RESULTS


@pytest.fixture
def transcripts() -> tuple[Transcript, ...]:
    return specimen.TRANSCRIPTS


@pytest.fixture
def hangups_count() -> Iterator[None]:
    """Undo for a test what nohup does: it has hangups ignored, here and in every process begun."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
