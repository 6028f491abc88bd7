"""More than an error should say: for faults."""

from __future__ import annotations

from apicheck.model.json import MISSING
from reference_server.call import Reply

_TEXT_MEMBERS = ("detail", "message", "error_description", "description")


def tell(reply: Reply, words: str) -> None:
    """Put words into an error, after its own."""
    value = _told(reply.value, words)
    if value is not None:
        reply.value = value
    elif reply.value is MISSING:
        reply.text += words


def _told(value: object, words: str) -> object | None:
    if not isinstance(value, dict):
        return None
    for name in _TEXT_MEMBERS:
        if isinstance(value.get(name), str):
            return {**value, name: f"{value[name]} {words}"}
    for name, inner in value.items():
        told = _told(inner, words)
        if told is not None:
            return {**value, name: told}
    return None
