"""Reads are answered with a media type that the document does not know."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply

NEEDS = ()


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """The same bytes under another name."""
    made = honest(call, reply)
    if call.op_rules.operation.safe and made.media:
        made.media = "application/vnd.undocumented+json"
    return made
