"""Keeps a second command from a run that is still going on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from apicheck.model.errors import RunDirectoryError
from apicheck.run.directory import JOURNAL

if sys.platform != "win32":
    import fcntl


@contextmanager
def hold(directory: Path) -> Iterator[None]:
    """Hold a run directory as long as a run goes on; a run that is killed lets go of it.

    Raises RunDirectoryError where another process holds it.
    """
    try:
        file = (directory / JOURNAL).open("rb")
    except OSError as error:
        raise RunDirectoryError(
            f"{directory} is not a run directory: cannot read {JOURNAL}: {error.strerror}"
        ) from None
    with file:
        if sys.platform != "win32":
            try:
                with suppress(PermissionError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RunDirectoryError(
                    f"the run in {directory} is still going on: another process writes to it"
                ) from None
            except OSError:  # a file system without locks
                pass
        yield
