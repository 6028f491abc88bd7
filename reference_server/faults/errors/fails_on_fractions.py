"""A number with a fraction in a body makes the server fail: it counts in whole ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apicheck.model.json import Json
from apicheck.model.operation import Media
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile

NEEDS = ()
_ENOUGH = 15


def shows_in(profile: Profile) -> bool:
    """Where so many bodies are drawn that one of them has a fraction in it."""
    bodies = (rules.operation.body for rules in profile.rules.values())
    return sum(any("json" in m.media_type for m in body) for body in bodies) >= _ENOUGH


def refuse_unknown_members(
    honest: Callable[[Call, Media], Refusal | None], call: Call, media: Media
) -> Refusal | None:
    """500 where there is one, however deep."""
    if any(isinstance(value, float) and value % 1 for value in _every(call.value)):
        return Refusal("internal", "The request failed.", 500)
    return honest(call, media)


def _every(value: Json) -> Iterator[Json]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        yield from _every(item)
