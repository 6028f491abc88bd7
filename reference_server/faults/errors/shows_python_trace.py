"""The error for a malformed body, or for a missing right, shows where in the program it was."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.faults._error_text import tell

NEEDS = ()


_WORDS = (
    "Traceback (most recent call last):\n"
    '  File "orders/views.py", line 41, in create\n'
    "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"
)


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """A traceback of Python."""
    honest(call, refusal, reply)
    if refusal.kind in ("syntax", "scope"):
        tell(reply, _WORDS)
