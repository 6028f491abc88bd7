"""Lists lack the object that was created last."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import at
from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.document.schemas import NO_ARRAY, find_array, put

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a clause's example says what a list has."""
    steps = [step for clause in profile.policy.clauses for step in clause.example]
    return any(key in step.expect for step in steps for key in ("contains",))


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """All elements of a list but the last, as of an index that lags behind."""
    made = honest(call, reply)
    use = call.op_rules.use
    place = find_array(made.value)
    creator = call.server.profile.rules.get(use.collection.name) if use.collection else None
    filled = use.kind == "list" and creator is not None and creator.use.kind == "create"
    if filled and place != NO_ARRAY:
        made.value = put(made.value, place, at(made.value, place)[:-1])
    return made
