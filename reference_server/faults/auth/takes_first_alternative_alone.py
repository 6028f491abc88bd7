"""Of several kinds of credential that are documented, only the first is taken."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.stages.authentication import extract_token, read_credentials
from reference_server.state.identities import Identity

NEEDS = ("authentication.refusal",)


def shows_in(profile: Profile) -> bool:
    """Where an operation takes several kinds of credential."""
    return any(len(rules.security) > 1 for rules in profile.rules.values())


def authenticate(honest: Callable[[Call], Identity | Refusal], call: Call) -> Identity | Refusal:
    """A bad credential, where the first kind is not there."""
    schemes = call.server.profile.spec.schemes
    first = [schemes[name] for name, _ in next(iter(call.op_rules.security), ())]
    if all(read_credentials(call, scheme) for scheme in first) and all(
        extract_token(call, scheme, read_credentials(call, scheme)[0]) for scheme in first
    ):
        return honest(call)
    found = honest(call)
    return found if isinstance(found, Refusal) else Refusal("bad", "This is no such credential.")
