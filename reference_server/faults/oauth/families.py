"""Grants whose used refresh token or code comes again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call
from reference_server.faults.fault import fault
from reference_server.faults.oauth.codes import issues_codes
from reference_server.oauth.clients import read_form
from reference_server.oauth.families import end_family
from reference_server.state.grants import Grant

EndFamily = Callable[[Call, Grant], None]
_REUSE = ("oauth.reuse_ends", "oauth.refresh")


@fault(end_family, needs=_REUSE)
def reuse_spares_the_family(honest: EndFamily, call: Call, grant: Grant) -> None:
    """A used refresh token that comes again is refused, and its successor works on."""
    if read_form(call).get("grant_type") != "refresh_token":
        honest(call, grant)


@fault(end_family, needs=_REUSE)
def ended_family_works_for_a_minute(honest: EndFamily, call: Call, grant: Grant) -> None:
    """The access tokens of a grant that a reuse has ended work for another minute."""
    held = [call.server.directory.get(identity_id) for identity_id in grant.access]
    honest(call, grant)
    for identity in held:
        if identity is not None:
            late = replace(identity, expires=call.server.clock.now() + 60)
            call.server.directory.add(late)


@fault(end_family, needs=("oauth.reuse_ends",), shows_in=issues_codes)
def code_reuse_spares_the_tokens(honest: EndFamily, call: Call, grant: Grant) -> None:
    """A used code that comes again is refused, and the tokens that it got work on."""
    if read_form(call).get("grant_type") != "authorization_code":
        honest(call, grant)
