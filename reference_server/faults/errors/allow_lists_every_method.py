"""405 says that every method is allowed, the one it refuses too."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("requests.method",)


def list_allowed_methods(honest: Callable[[Call], Fields], call: Call) -> Fields:
    """A list that somebody once wrote for CORS."""
    del honest, call
    return [("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")]
