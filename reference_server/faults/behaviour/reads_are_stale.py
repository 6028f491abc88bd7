"""Objects are read as they were when they were read first."""

from __future__ import annotations

import re
from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.document.profile import Profile

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a clause's example reads, updates, and reads again."""
    kinds = {name: rules.use.kind for name, rules in profile.rules.items()}
    played = (
        " ".join(kinds.get(step.operation, "") for step in clause.example)
        for clause in profile.policy.clauses
    )
    return any(re.search(r"\bread\b.*\bupdate\b.*\bread\b", words) for words in played)


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """From a cache that updates do not empty."""
    made = honest(call, reply)
    use = call.op_rules.use
    if use.kind == "read":
        key = ("object", call.objects[use.target].id)
        made.value = call.server.kept.setdefault(key, made.value)
    return made
