"""Who sends no credential is answered otherwise than promised for a path that there is not."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.policy import status_not_promised

NEEDS = ("authentication.unknown_paths",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """Another refusal, of strangers alone."""
    if refusal.kind == "unknown_path" and call.caller == "anonymous":
        return status_not_promised(call, refusal)
    return honest(call, refusal)
