"""One run of a policy, however many workers of pytest-xdist want its results.

The first worker that needs a result plays the run. The others wait for a lock, and read its run
directory. Workers on another machine share no folder: each machine then has a run of its own.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from apicheck.model.errors import ApicheckError
from apicheck.model.results import Results
from apicheck.run import RunResult, read_results

if sys.platform != "win32":
    import fcntl

_OUTCOME = "outcome.json"


def obtain(
    config: pytest.Config, policy: Path, play: Callable[[], RunResult]
) -> tuple[Results, Path]:
    """The results of this session's run of a policy, and its directory.

    play: makes the run. Raises what it raises, and ApicheckError for what another worker's raised.
    """
    folder = _find_shared_folder(config, policy)
    if folder is None:
        result = play()
        return result.results, result.directory.absolute()
    with _locked(folder):
        if not (folder / _OUTCOME).exists():
            return _play(folder, play)
    outcome = json.loads((folder / _OUTCOME).read_text())
    if error := outcome.get("error"):
        raise ApicheckError(error)
    directory = Path(outcome["directory"])
    return read_results(directory), directory


def _play(folder: Path, play: Callable[[], RunResult]) -> tuple[Results, Path]:
    outcome: dict[str, str] = {}
    try:
        result = play()
        outcome["directory"] = str(result.directory.absolute())
    except Exception as error:
        outcome["error"] = str(error) or type(error).__name__
        raise
    finally:
        if outcome:  # none after Ctrl-C: the session ends
            (folder / _OUTCOME).write_text(json.dumps(outcome))
    return result.results, result.directory.absolute()


def _find_shared_folder(config: pytest.Config, policy: Path) -> Path | None:
    """A folder that all workers of a session have for a policy; None without workers."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is None:
        return None
    own = config.option.basetemp  # which xdist puts below that of the session
    shared = Path(own).parent if own else Path(tempfile.gettempdir())
    digest = hashlib.sha256(str(policy).encode()).hexdigest()[:16]
    folder = shared / f"apicheck-{worker['testrunuid']}" / digest
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; a worker that crashes lets go of it. Windows has no such lock."""
    with (folder / "lock").open("wb") as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
