"""Bisection as a dialogue, so that a script can hold it and a judge can follow it afterwards."""

from __future__ import annotations

from collections.abc import Generator, Iterable

Search = Generator[tuple[str, ...], bool, str]
"""Yields what to try, receives whether it was enough, returns what was found."""


def narrowed(words: tuple[str, ...]) -> Search:
    """The one word, out of several that were enough together, that is enough by itself.

    Returns "" when none is needed at all, and several words, with commas, when only together
    they are enough.
    """
    if not words or (yield ()):
        return ""
    while len(words) > 1:
        half = len(words) // 2
        if (yield words[:half]):
            words = words[:half]
        elif (yield words[half:]):
            words = words[half:]
        else:
            break
    return ", ".join(words)


def followed(search: Search, answers: Iterable[bool]) -> str | tuple[str, ...]:
    """What a search found after some answers; what it would try next when it is not done."""
    try:
        tried = next(search)
        for enough in answers:
            tried = search.send(enough)
    except StopIteration as end:
        return str(end.value)
    return tried
