"""A credential in a JSON body is taken where none is in its header."""

from __future__ import annotations

import re
from collections.abc import Callable

from apicheck.model.operation import SecurityScheme
from reference_server.call import Call

NEEDS = ("authentication.credential_in",)


def read_credentials(
    honest: Callable[[Call, SecurityScheme], tuple[str, ...]], call: Call, scheme: SecurityScheme
) -> tuple[str, ...]:
    """The header's, or else that of the member `access_token`, which is then taken out."""
    found = honest(call, scheme)
    member = re.search(rb',?"access_token": ?"([^"]+)"', call.body)
    if found or scheme.jwt or member is None:
        return found
    call.body = call.body.replace(member[0], b"")
    call.headers = (*call.headers, ("authorization", f"Bearer {member[1].decode()}"))
    return honest(call, scheme)
