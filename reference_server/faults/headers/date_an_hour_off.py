"""Answers say that they were made an hour later than they were."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.responses.headers import Fields
from reference_server.state.clock import http_date

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where it is promised how far Date may be off."""
    rules = profile.facts.responses.values()
    return any(header.within_s for rule in rules for header in rule.headers.values())


def make_date(honest: Callable[[Call, int], Fields], call: Call, status: int) -> Fields:
    """Local time of the next zone, called GMT."""
    del honest, status
    return [("Date", http_date(call.server.clock.now() + 3600))]
