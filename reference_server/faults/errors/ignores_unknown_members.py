"""Members that the document does not name are taken no notice of."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.facts import ExpectedResponse
from apicheck.model.operation import Media
from reference_server.call import Call, Refusal
from reference_server.profile import Profile

NEEDS = ("requests.unknown_field",)


def unknown_members(
    honest: Callable[[Call, Media], Refusal | None], call: Call, media: Media
) -> Refusal | None:
    """They are dropped, and nobody is told."""
    if honest(call, media) is not None and isinstance(call.value, Mapping):
        known = call.server.profile.schemas.members(media.schema)
        call.value = {name: value for name, value in call.value.items() if name in known}
    return None


def shows_in(profile: Profile) -> bool:
    """Where they are promised a refusal."""
    return isinstance(profile.facts.requests["unknown_field"], ExpectedResponse)
