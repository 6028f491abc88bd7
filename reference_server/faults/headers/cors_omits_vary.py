"""Answers that differ by the page that asks do not say so to caches."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.facts import Cors
from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.responses.headers import Fields

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where origins are promised by name."""
    cors = profile.facts.transport.cors
    return isinstance(cors, Cors) and len(cors.origins) > 1


def make_cors_headers(honest: Callable[[Call], Fields], call: Call) -> Fields:
    """All but Vary."""
    return [pair for pair in honest(call) if pair[0] != "Vary"]
