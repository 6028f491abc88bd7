"""Objects are read as they were when they were read first."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.profile import Profile

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a clause's example has a step that updates, and one that reads."""
    kinds = {name: rules.use.kind for name, rules in profile.rules.items()}
    examples = [clause.example for clause in profile.policy.clauses]
    return any({"update", "read"} <= {kinds.get(s.operation) for s in steps} for steps in examples)


def success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """From a cache that updates do not empty."""
    made = honest(call, reply)
    use = call.op_rules.use
    if use.kind == "read":
        key = ("object", call.objects[use.target].id)
        made.value = call.server.kept.setdefault(key, made.value)
    return made
