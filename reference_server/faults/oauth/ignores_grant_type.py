"""Whatever the grant type is, client credentials are taken to be meant."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from apicheck.model.operation import Media
from reference_server.call import Call

NEEDS = ("oauth.token",)


def parse_body(honest: Callable[[Call, Media], Json], call: Call, media: Media) -> Json:
    """A token request of any grant type, but for refreshing, as if it were that one."""
    value = honest(call, media)
    asked = value.get("grant_type") if isinstance(value, dict) else None
    if asked is None or asked == "refresh_token":
        return value
    return {**value, "grant_type": "client_credentials"}
