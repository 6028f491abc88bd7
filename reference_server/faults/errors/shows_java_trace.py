"""The error for a broken rule, or for a missing right, shows where in the program it was."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.faults._error_text import tell

NEEDS = ()


_WORDS = (
    "java.lang.IllegalArgumentException: bad member\n"
    "\tat com.example.orders.OrderService.create(OrderService.java:88)\n"
    "\tat com.example.orders.OrderController.post(OrderController.java:31)"
)


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """A stack trace of Java."""
    honest(call, refusal, reply)
    if refusal.kind in ("schema", "scope"):
        tell(reply, _WORDS)
