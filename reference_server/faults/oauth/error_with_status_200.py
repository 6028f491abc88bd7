"""An unknown grant type is answered with 200 and the error in the body."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply

NEEDS = ("oauth.token",)

_ERROR = "unsupported_grant_type"


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """200 for this error."""
    return 200 if refusal.members.get("error") == _ERROR else honest(call, refusal)


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None],
    call: Call,
    refusal: Refusal,
    reply: Reply,
) -> None:
    """Its body has the error, as it should."""
    if refusal.members.get("error") == _ERROR:
        reply.media, reply.value = "application/json", dict(refusal.members)
    else:
        honest(call, refusal, reply)
