"""Sets libraries and the interpreter up for a command: what they warn of, when they tidy up."""

from __future__ import annotations

import gc
import warnings


def tame_libraries() -> None:
    """Set what `re` reads before it is used.

    It warns of patterns in other dialects, which documents may have.
    """
    warnings.filterwarnings("ignore", "Possible ", FutureWarning)


def collect_garbage_rarely() -> None:
    """Look for reference cycles less often than Python does by itself.

    A run keeps a million objects to its end and makes few cycles: a tenth of its time would be
    spent on looking through them again and again.
    """
    gc.set_threshold(50_000, 20, 20)
