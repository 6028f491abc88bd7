"""Bytes that are not UTF-8 are replaced, and the rest is taken."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from apicheck.model.operation import Media
from reference_server.call import Call

NEEDS = ("requests.syntax",)


def parse_body(honest: Callable[[Call, Media], Json], call: Call, media: Media) -> Json:
    """U+FFFD for each of them."""
    call.body = call.body.decode("utf-8", "replace").encode()
    return honest(call, media)
