"""Where Hypothesis keeps the files of our drawings: in the user's cache, not where they work."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

_lock = Lock()
_inside = 0
_home_of_user: Path | None = None


@contextmanager
def stored_in_cache() -> Iterator[None]:
    """Keep a folder `.hypothesis` out of the working directory while we draw.

    A project's own property tests may run in the same process, so that the folder of theirs is set
    again afterwards; where they chose one by the environment, it is ours too.
    """
    global _inside, _home_of_user  # noqa: PLW0603  (Hypothesis has one folder for a process)
    from hypothesis import configuration

    if os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY"):
        yield
        return
    with _lock:
        if not _inside:
            # Not `storage_directory()`, whose result is of another kind before Hypothesis 6.160.
            _home_of_user = getattr(configuration, "__hypothesis_home_directory", None)
            configuration.set_hypothesis_home_dir(_find_cache())
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                configuration.set_hypothesis_home_dir(_home_of_user)


def _find_cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expandvars("$HOME/.cache")
    cache = Path(home if Path(home).is_absolute() else tempfile.gettempdir())
    return cache / "apicheck" / "hypothesis"
