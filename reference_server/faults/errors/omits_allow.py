"""405 does not say which methods are allowed."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("requests.method",)


def list_allowed_methods(honest: Callable[[Call], Fields], call: Call) -> Fields:
    """No Allow."""
    del honest, call
    return []
