"""Ids that nobody has."""

from __future__ import annotations

_SHORT = 16


def absent_id(known: str) -> str:
    """An id of the same form that nobody has, made from one that somebody has.

    Digits and hexadecimal letters turn within their kind, so that a UUID stays one; a number at
    the end of a short id, which is often given out in turn, becomes far larger.
    """
    if len(known) <= _SHORT and known[-1:].isdigit():
        return f"{known}0000"
    turned = str.maketrans("0123456789abcdefABCDEF", "5678901234defabcDEFABC")
    head, tail = known[:-12], known[-12:]
    other = head + tail.translate(turned)
    return other if other != known else f"{known}0000"
