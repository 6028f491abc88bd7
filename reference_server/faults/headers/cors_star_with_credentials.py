"""Pages of every origin may call, with cookies, which no browser accepts."""

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
    return isinstance(cors, Cors) and bool(cors.credentials)


def make_cors_headers(honest: Callable[[Call], Fields], call: Call) -> Fields:
    """The same for everybody."""
    del honest, call
    return [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Credentials", "true")]
