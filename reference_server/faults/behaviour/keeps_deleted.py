"""A deletion is answered as if it were done, and is not."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.state.store import Stored

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a clause's example has a step that deletes."""
    kinds = {name: rules.use.kind for name, rules in profile.rules.items()}
    steps = [step for clause in profile.policy.clauses for step in clause.example]
    return any(kinds.get(step.operation) == "delete" for step in steps)


def remove_object(honest: Callable[[Call, Stored], None], call: Call, item: Stored) -> None:
    """Nothing happens."""
    del honest, call, item
