"""What a browser asks before a request is refused like any unknown method."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.facts import Cors
from reference_server.call import Call
from reference_server.document.profile import Profile

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where origins are promised by name."""
    cors = profile.facts.transport.cors
    return isinstance(cors, Cors)


def allows_origin(honest: Callable[[Call], bool], call: Call) -> bool:
    """Nobody who asks first."""
    return call.method != "OPTIONS" and honest(call)
