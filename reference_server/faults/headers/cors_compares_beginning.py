"""Origins are compared by their beginning."""

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
    """A promised origin, and whatever begins with one."""
    cors = call.server.profile.facts.transport.cors
    origin = call.header("origin") or ""
    begins = isinstance(cors, Cors) and origin.startswith(cors.origins)
    return honest(call) or begins
