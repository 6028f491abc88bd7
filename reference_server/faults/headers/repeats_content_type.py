"""A successful answer with a body says its type twice."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply

NEEDS = ()


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """The answer with one more Content-Type line."""
    answer = honest(call, reply)
    if answer.media:
        answer.headers.append(("Content-Type", answer.media))
    return answer
