"""HEAD is answered with another status than GET."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply

NEEDS = ("requests.head",)


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """204 where GET has content."""
    answer = honest(call, reply)
    if call.method == "HEAD":
        answer.status = 204
    return answer
