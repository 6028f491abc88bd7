"""Tokens that are compared with less than all of themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from apicheck.model.operation import SecurityScheme
from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.faults.fault import alters, fault
from reference_server.stages.authentication import combine_identities, extract_token, find_identity
from reference_server.state.identities import Directory, Identity

_COMPARED = 12
_REFUSAL = ("authentication.refusal",)


def _needs_combinations(profile: Profile) -> bool:
    """Where some operation takes several at once."""
    return any(len(option) > 1 for rules in profile.rules.values() for option in rules.security)


@alters(find_identity, needs=_REFUSAL)
def accepts_any_token(due: Identity | None, directory: Directory, token: str) -> Identity | None:
    """Any token is accepted as that of the first identity."""
    # The double has limits of its own: else it would use up those of the first identity.
    first = directory.all()[0]
    return due or replace(first, id="id-double", token=token, user="double")


@alters(find_identity, needs=_REFUSAL)
def compares_prefix(found: Identity | None, directory: Directory, token: str) -> Identity | None:
    """Only the first twelve characters of a token are compared."""
    if found is not None or len(token) < _COMPARED:
        return found
    same = (one for one in directory.all() if one.token[:_COMPARED] == token[:_COMPARED])
    return next(same, None)


@alters(find_identity, needs=_REFUSAL)
def ignores_case(found: Identity | None, directory: Directory, token: str) -> Identity | None:
    """Tokens are compared without regard to case."""
    same = (one for one in directory.all() if one.token.lower() == token.lower())
    return found or next(same, None)


@alters(find_identity, needs=_REFUSAL)
def treats_percent_as_wildcard(
    found: Identity | None, directory: Directory, token: str
) -> Identity | None:
    """A percent sign in a token stands for any characters, as in SQL's LIKE."""
    if found is not None or "%" not in token:
        return found
    pattern = re.compile(".*".join(map(re.escape, token.split("%"))))
    return next((one for one in directory.all() if pattern.fullmatch(one.token)), None)


@fault(extract_token, needs=_REFUSAL)
def compares_scheme_with_case(
    honest: Callable[[Call, SecurityScheme, str], str | None],
    call: Call,
    scheme: SecurityScheme,
    value: str,
) -> str | None:
    """The name of the authentication scheme is compared with its case."""
    word = value.partition(" ")[0]
    named = scheme.kind == "apiKey" or word in ("Bearer", "Basic")
    return honest(call, scheme, value) if named else None


@alters(combine_identities, needs=_REFUSAL, shows_in=_needs_combinations)
def part_of_a_combination_suffices(
    found: Identity | None, identities: tuple[Identity | None, ...]
) -> Identity | None:
    """One of the credentials that are needed together is enough."""
    return found or next((one for one in identities if one is not None), None)
