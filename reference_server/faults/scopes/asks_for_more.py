"""Who holds just what is needed, and nothing more, is refused."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authorization.refusal", "authorization.required")


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """Of the scopes that an operation needs, none is enough by itself."""
    who, rules = call.caller_identity, call.op_rules
    just_enough = rules.scopes and set(who.scopes) == set(rules.scopes)
    return rules.scopes if just_enough else honest(call)
