"""WWW-Authenticate fields that are missing or wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

from apicheck.model.facts import NEVER, Challenge
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.faults.fault import alters, fault
from reference_server.policy import find_promise
from reference_server.responses.challenges import write_challenge

WriteChallenge = Callable[[Call, Refusal, int], str | None]
_CHALLENGE = ("authentication.refusal.anonymous.challenge",)


def _denial_has_parameters(profile: Profile) -> bool:
    """Where the refusal of a missing right has a challenge with a parameter."""
    refusal = profile.facts.authorization.refusal
    stated = refusal.challenge if refusal else None
    return isinstance(stated, Challenge) and bool(stated.parameters)


def _says_no_error_to_strangers(profile: Profile) -> bool:
    """Where the challenge to a request without credentials has no error code."""
    refusal = profile.facts.authentication.anonymous
    stated = refusal.challenge if refusal else None
    return isinstance(stated, Challenge) and stated.error is NEVER


@alters(write_challenge, needs=_CHALLENGE, shows_in=_says_no_error_to_strangers)
def challenge_error_without_credentials(
    field: str | None, call: Call, refusal: Refusal, status: int
) -> str | None:
    """A challenge says invalid_token although no token came (RFC 6750, section 3.1)."""
    if field and refusal.kind == "anonymous":
        return f'{field}, error="invalid_token"'
    return field


@alters(write_challenge, needs=_CHALLENGE)
def challenge_malformed(field: str | None, call: Call, refusal: Refusal, status: int) -> str | None:
    """A challenge ends within a quoted string."""
    return field and field.removesuffix('"')


@alters(write_challenge, needs=_CHALLENGE)
def challenge_names_other_scheme(
    field: str | None, call: Call, refusal: Refusal, status: int
) -> str | None:
    """A challenge names a scheme that the API does not have."""
    return field and "Negotiate " + field.partition(" ")[2]


@alters(
    write_challenge, needs=("authorization.refusal.challenge",), shows_in=_denial_has_parameters
)
def challenge_omits_parameter(
    field: str | None, call: Call, refusal: Refusal, status: int
) -> str | None:
    """A challenge lacks the parameters that are promised of it."""
    promise = find_promise(call, refusal)
    stated = promise.challenge if promise else None
    for name in stated.parameters if field and isinstance(stated, Challenge) else ():
        field = re.sub(rf', {name}="[^"]*"', "", field or "")
    return field


@fault(write_challenge, needs=_CHALLENGE)
def omits_challenge(
    honest: WriteChallenge, call: Call, refusal: Refusal, status: int
) -> str | None:
    """A refusal has no challenge."""
    return None
