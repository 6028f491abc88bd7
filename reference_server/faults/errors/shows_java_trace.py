"""The error for a request that breaks a rule shows where in the program it was."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.told import tell

NEEDS = ()


_WORDS = (
    "java.lang.IllegalArgumentException: bad member\n"
    "\tat com.example.orders.OrderService.create(OrderService.java:88)\n"
    "\tat com.example.orders.OrderController.post(OrderController.java:31)"
)


def error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """A stack trace of Java."""
    honest(call, refusal, reply)
    if refusal.kind in ("schema", "absent"):
        tell(reply, _WORDS)
