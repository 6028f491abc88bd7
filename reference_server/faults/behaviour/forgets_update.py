"""An update is answered as if it were made, and is not."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.document.profile import Profile

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a clause's example has a step that updates."""
    kinds = {name: rules.use.kind for name, rules in profile.rules.items()}
    steps = [step for clause in profile.policy.clauses for step in clause.example]
    return any(kinds.get(step.operation) == "update" for step in steps)


def merge_update(
    honest: Callable[[Call, Json, Json], Json], call: Call, stored: Json, sent: Json
) -> Json:
    """The object as it was."""
    del honest, call, sent
    return stored
