"""Pages of every origin may call."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.facts import Cors
from reference_server.call import Call
from reference_server.document.profile import Profile

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where origins are promised by name."""
    cors = profile.facts.transport.cors
    return isinstance(cors, Cors) and not cors.any_origin


def allows_origin(honest: Callable[[Call], bool], call: Call) -> bool:
    """Whoever says where it comes from."""
    del honest
    return call.header("origin") is not None
