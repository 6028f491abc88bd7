"""Faults write words into errors that say too much."""

from __future__ import annotations

from apicheck.model.json import MISSING
from reference_server.call import Reply
from reference_server.responses.errors import TEXT_MEMBERS


def append_to_error(reply: Reply, words: str) -> None:
    """Append words to the text of an error."""
    value = _with_words(reply.value, words)
    if value is not None:
        reply.value = value
    elif reply.value is MISSING:
        reply.text += words


def _with_words(value: object, words: str) -> object | None:
    if not isinstance(value, dict):
        return None
    for name in TEXT_MEMBERS:
        if isinstance(value.get(name), str):
            return {**value, name: f"{value[name]} {words}"}
    for name, inner in value.items():
        changed = _with_words(inner, words)
        if changed is not None:
            return {**value, name: changed}
    return None
