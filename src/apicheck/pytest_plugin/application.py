"""Finds the application that an option names."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from apicheck.model.errors import TargetError
from apicheck.run import Application


def import_application(named: str, root: Path) -> Application:
    """Import an application: `shop.main:app`, or `shop:create_app()` for what a function makes.

    root: where modules are looked for, beside the usual places. Raises TargetError.
    """
    module_name, colon, name = named.partition(":")
    if not colon or not module_name or not name:
        raise TargetError(f"--apicheck-app {named}: write it as MODULE:NAME, as in shop.main:app")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        found: Any = importlib.import_module(module_name)
        for part in name.removesuffix("()").split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise TargetError(f"--apicheck-app {named}: {error}") from error
    application: Application = found() if name.endswith("()") else found
    return application
