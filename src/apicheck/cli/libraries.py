"""Sets libraries and the interpreter up for a command: where they write, what they warn of."""

from __future__ import annotations

import gc
import os
import tempfile
import warnings
from pathlib import Path


def tame_libraries() -> None:
    """Set what Hypothesis and `re` read before they are used.

    Hypothesis keeps a folder `.hypothesis` in the working directory. `re` warns of patterns in
    other dialects, which documents may have.
    """
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expandvars("$HOME/.cache")
    cache = Path(home if Path(home).is_absolute() else tempfile.gettempdir())
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache / "apicheck" / "hypothesis"))
    warnings.filterwarnings("ignore", "Possible ", FutureWarning)


def collect_garbage_rarely() -> None:
    """Look for reference cycles less often than Python does by itself.

    A run keeps a million objects to its end and makes few cycles: a tenth of its time would be
    spent on looking through them again and again.
    """
    gc.set_threshold(50_000, 20, 20)
