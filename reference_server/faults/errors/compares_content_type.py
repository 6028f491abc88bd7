"""A media type is compared character by character, parameters and all."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.operation import Media
from reference_server.call import Call

NEEDS = ("requests.media",)


def find_media(honest: Callable[[Call, str], Media | None], call: Call, sent: str) -> Media | None:
    """Only what is spelt as in the document; of several parts, as it must be."""
    media = honest(call, sent)
    exact = media is None or sent == media.media_type or sent.startswith("multipart/")
    return media if exact else None
