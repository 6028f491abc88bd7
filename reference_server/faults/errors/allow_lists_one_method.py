"""405 says only the first of the methods that a path knows."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("requests.method",)


def list_allowed_methods(honest: Callable[[Call], Fields], call: Call) -> Fields:
    """As a router does that looks no further than the first route."""
    return [(name, value.partition(",")[0]) for name, value in honest(call)]
