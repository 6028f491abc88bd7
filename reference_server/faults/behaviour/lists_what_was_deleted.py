"""Lists are answered as they were when they were asked for first."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.document.profile import Profile

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a clause's example says what a list has."""
    steps = [step for clause in profile.policy.clauses for step in clause.example]
    return any(key in step.expect for step in steps for key in ("lacks",))


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """From a cache that nothing empties, of each caller's own."""
    made = honest(call, reply)
    if call.op_rules.use.kind == "list":
        key = ("list", call.caller_identity.id, call.path, str(call.query))
        made.value = call.server.kept.setdefault(key, made.value)
    return made
