"""Pages may not send a credential."""

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
    return isinstance(cors, Cors)


def make_preflight_headers(honest: Callable[[Call], Fields], call: Call) -> Fields:
    """All but the names of the fields that a page may send."""
    return [pair for pair in honest(call) if pair[0] != "Access-Control-Allow-Headers"]
