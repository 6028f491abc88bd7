"""A NUL in a parameter makes the server fail, as it does a database of C strings."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ()


def refuse_unknown_query(honest: Callable[[Call], Refusal | None], call: Call) -> Refusal | None:
    """500 where a text of the path or the query has one."""
    texts = [*call.match.parameters.values(), *(text for _, text in call.query)]
    if any("\0" in text for text in texts):
        return Refusal("internal", "The request failed.", 500)
    return honest(call)
