"""A public operation that only reads asks for a credential."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.document.profile import Profile

NEEDS = ("authentication.refusal",)


def needs_credential(honest: Callable[[Call], bool], call: Call) -> bool:
    """Whatever reads."""
    return honest(call) or (call.operation is not None and call.operation.safe)


def shows_in(profile: Profile) -> bool:
    """Where some operation that only reads is public."""
    rules = profile.rules.values()
    return any(rule.operation.safe and not rule.secured for rule in rules)
