"""A successful answer with a body says two types."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply

NEEDS = ()


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """Another Content-Type before the true one is there."""
    answer = honest(call, reply)
    if answer.media:
        answer.headers.append(("Content-Type", "text/html"))
    return answer
