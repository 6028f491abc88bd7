"""A parameter that breaks its schema is refused with another status than the one promised."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.faults._documented import queries_have_rules
from reference_server.policy import other_refusal

NEEDS = ("requests.schema",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """Another refusal, of requests without a body."""
    if refusal.kind == "schema" and not call.body:
        return other_refusal(call, refusal)
    return honest(call, refusal)


def shows_in(profile: Profile) -> bool:
    """Where some operation has a parameter in its query that a schema restricts."""
    return queries_have_rules(profile)
