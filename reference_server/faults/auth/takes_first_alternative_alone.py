"""Of several kinds of credential that are documented, only the first is taken."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.identities import Identity

NEEDS = ("authentication.refusal",)


def authenticate(honest: Callable[[Call], Identity | Refusal], call: Call) -> Identity | Refusal:
    """A bad credential, where the first kind is not there."""
    schemes = call.server.profile.spec.schemes
    first = [schemes[name] for name, _ in next(iter(call.op_rules.security), ())]
    if all(call.server.seams.values(call, scheme) for scheme in first) and all(
        call.server.seams.token_in(call, scheme, call.server.seams.values(call, scheme)[0])
        for scheme in first
    ):
        return honest(call)
    found = honest(call)
    return found if isinstance(found, Refusal) else Refusal("bad", "This is no such credential.")
