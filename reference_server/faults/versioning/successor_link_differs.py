"""The link to the successor of a deprecated operation leads to something that does not exist."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("versioning.deprecations",)


def make_lifecycle_headers(
    honest: Callable[[Call, int], Fields], call: Call, status: int
) -> Fields:
    """Another target in each link."""
    return [
        (name, value.replace("<", "</nowhere/", 1) if name == "Link" else value)
        for name, value in honest(call, status)
    ]
