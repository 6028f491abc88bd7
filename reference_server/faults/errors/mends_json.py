"""JSON that is cut short is mended."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from apicheck.model.operation import Media
from reference_server.call import Call

NEEDS = ("requests.syntax",)


def parse_body(honest: Callable[[Call, Media], Json], call: Call, media: Media) -> Json:
    """With the bracket that is missing."""
    try:
        return honest(call, media)
    except ValueError:
        call.body += b"}"
        return honest(call, media)
