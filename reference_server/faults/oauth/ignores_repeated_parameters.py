"""A parameter that comes twice counts once."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

from apicheck.model.json import Json
from apicheck.model.operation import Media
from reference_server.call import Call

NEEDS = ("oauth.token",)


def parse_body(honest: Callable[[Call, Media], Json], call: Call, media: Media) -> Json:
    """The last value of each name counts."""
    if media.media_type != "application/x-www-form-urlencoded":
        return honest(call, media)
    return dict(parse_qsl(call.body.decode(), keep_blank_values=True))
