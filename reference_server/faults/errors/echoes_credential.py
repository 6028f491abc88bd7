"""The error for a request that breaks a rule, or for a missing right, repeats the credential."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.faults._error_text import tell

NEEDS = ()


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """The request as it came, for those who debug."""
    honest(call, refusal, reply)
    if refusal.kind in ("schema", "scope") and call.identity is not None:
        tell(reply, f"refused to {call.identity.token}")
