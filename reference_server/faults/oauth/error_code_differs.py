"""An unknown grant type is refused as an invalid grant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call, Refusal, Reply

NEEDS = ("oauth.token",)


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None],
    call: Call,
    refusal: Refusal,
    reply: Reply,
) -> None:
    """Another code in place of that one."""
    if refusal.members.get("error") == "unsupported_grant_type":
        refusal = replace(refusal, members={**refusal.members, "error": "invalid_grant"})
    honest(call, refusal, reply)
