"""The error of a credential that is missing or bad is signed by the server's software."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.faults._error_text import tell

NEEDS = ()


_WORDS = "<h1>401 Unauthorized</h1><hr><center>nginx/1.24.0</center>"


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """Name and version."""
    honest(call, refusal, reply)
    if refusal.kind in ("anonymous", "bad"):
        tell(reply, _WORDS)
