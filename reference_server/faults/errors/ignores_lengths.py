"""Texts and lists may be of any length."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.faults._documented import bodies_have
from reference_server.stages.validation import Broken

NEEDS = ("requests.schema",)


_IGNORED = ("maxLength", "minLength", "maxItems", "minItems")


def find_broken_rules(
    honest: Callable[[Call, Json, Json], Iterable[Broken]], call: Call, schema: Json, value: Json
) -> Iterable[Broken]:
    """All others."""
    return [one for one in honest(call, schema, value) if one.keyword not in _IGNORED]


def shows_in(profile: Profile) -> bool:
    """Where a body has such a rule."""
    return bodies_have(profile, _IGNORED)
