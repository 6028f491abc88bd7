"""Answers say that caches may keep them, beside what was promised."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.responses.headers import Fields

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where directives of Cache-Control are promised."""
    rules = profile.facts.responses.values()
    return any(
        d.never
        for rule in rules
        for header in rule.headers.values()
        for d in header.directives.values()
    )


def finish_fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """Every Cache-Control is `public` too."""
    return [
        (name, f"public, {value}" if name.lower() == "cache-control" else value)
        for name, value in honest(call, reply, made)
    ]
