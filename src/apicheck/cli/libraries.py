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


def leave_garbage() -> None:
    """Leave what there is to the end of the process, which is near.

    The interpreter would first look for cycles in a million objects: for half a second.
    """
    gc.freeze()
