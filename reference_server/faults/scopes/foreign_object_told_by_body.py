"""The refusal of somebody else's object says that it is somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call, Refusal, Reply

NEEDS = ("authorization.foreign",)


def error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """Other words for what exists."""
    if refusal.kind.startswith("foreign:"):
        refusal = replace(refusal, text="The object belongs to somebody else.")
    honest(call, refusal, reply)
