"""Every app of a tenant sees what belongs to another."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.state.store import Stored

NEEDS = ("authorization.foreign.app",)


def find_foreign_owner(
    honest: Callable[[Call, Stored, str], str], call: Call, item: Stored, place: str
) -> str:
    """Nothing is another app's."""
    whose = honest(call, item, place)
    return "" if whose == "app" else whose
