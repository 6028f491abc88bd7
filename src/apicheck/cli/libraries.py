"""Sets libraries and the interpreter up for a command: what they warn of, when they tidy up."""

from __future__ import annotations

import gc
import os
import warnings


def tame_libraries() -> None:
    """Set what `re` and Hypothesis read before they are used.

    `re` warns of patterns in other dialects, which documents may have. Hypothesis imports what
    other distributions plug into it, for the tests of others.
    """
    warnings.filterwarnings("ignore", "Possible ", FutureWarning)
    os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")


def collect_garbage_rarely() -> None:
    """Look for reference cycles less often than Python does by itself.

    A run keeps a million objects to its end and makes few cycles: a tenth of its time would be
    spent on looking through them again and again.
    """
    gc.set_threshold(200_000, 20, 20)


def keep_modules() -> None:
    """Leave out of each search for cycles what is imported by now, which stays to the end.

    Hypothesis makes such a search at its first drawing. Once only: a process that runs many
    commands would keep the garbage of each.
    """
    if not gc.get_freeze_count():
        gc.freeze()


def leave_garbage() -> None:
    """Leave what there is to the end of the process, which is near.

    The interpreter would first look for cycles in a million objects: for half a second.
    """
    gc.freeze()
