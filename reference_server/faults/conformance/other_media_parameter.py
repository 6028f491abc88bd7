"""A media type is sent with another parameter than the document gives it."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.document.profile import Profile

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where the document gives the media type of a success a parameter."""
    return any(
        ";" in media.media_type
        for rules in profile.rules.values()
        for response in rules.operation.responses
        if response.status.startswith("2")
        for media in response.media
    )


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """The same name, and as its parameter what nobody knows."""
    made = honest(call, reply)
    name, mark, parameter = made.media.partition(";")
    if mark:
        made.media = f"{name};{parameter.partition('=')[0]}=unheard-of"
    return made
