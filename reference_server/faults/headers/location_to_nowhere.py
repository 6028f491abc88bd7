"""Location names a path that nothing serves."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.document.profile import Profile

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a field is promised to lead somewhere."""
    rules = profile.facts.responses.values()
    return any(h.format == "resolves" for rule in rules for h in rule.headers.values())


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """One character too many in the id."""
    made = honest(call, reply)
    made.headers = [
        (name, f"{value}x" if name == "Location" else value) for name, value in made.headers
    ]
    return made
