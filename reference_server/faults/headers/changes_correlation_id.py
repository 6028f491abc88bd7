"""A field that is promised to come back as it was sent comes back with another value."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.policy import fields_promised
from reference_server.responses.headers import Fields

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a field is promised to come back."""
    rules = profile.facts.responses.values()
    return any(header.echo for rule in rules for header in rule.headers.values())


def make_promised_headers(
    honest: Callable[[Call, int, Refusal | None], Fields],
    call: Call,
    status: int,
    refusal: Refusal | None,
) -> Fields:
    """Each echo turned around, everything else as it is."""
    echoes = fields_promised(call, status, lambda header: header.echo and call.header(header.echo))
    return [
        (name, value[::-1] if name.lower() in echoes else value)
        for name, value in honest(call, status, refusal)
    ]
