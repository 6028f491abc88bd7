"""Keeps libraries from writing where nobody expects it: folders here, warnings to the screen."""

from __future__ import annotations

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
