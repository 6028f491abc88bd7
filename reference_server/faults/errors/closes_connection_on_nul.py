"""A NUL in a parameter ends the worker that serves it, and the connection with it."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ()


def refuse_unknown_query(honest: Callable[[Call], Refusal | None], call: Call) -> Refusal | None:
    """No answer where a text of the path or the query has one."""
    texts = [*call.match.parameters.values(), *(text for _, text in call.query)]
    if any("\0" in text for text in texts):
        raise ConnectionAbortedError
    return honest(call)
