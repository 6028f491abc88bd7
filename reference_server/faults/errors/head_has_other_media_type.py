"""HEAD names another media type than GET."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply

NEEDS = ("requests.head",)


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """What a framework says where there is no body."""
    answer = honest(call, reply)
    if call.method == "HEAD" and answer.media:
        answer.media = "text/plain"
    return answer
