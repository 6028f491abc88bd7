"""Bisection as a dialogue: the script holds it, and the judge repeats it afterwards."""

from __future__ import annotations

from collections.abc import Generator, Iterable

Search = Generator[tuple[str, ...], bool, str]
"""Yields words to try, receives whether they were enough, returns the result."""


def narrow(words: tuple[str, ...], *, bare: bool = True) -> Search:
    """Search, among words that were enough together, the one that is enough by itself.

    Returns "" when no word is needed at all, and several words, separated by commas, when they
    are enough only together. bare: whether no word at all can be tried.
    """
    if not words or (bare and (yield ())):
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


def follow(search: Search, results: Iterable[bool]) -> str | tuple[str, ...]:
    """Repeat a search with known results: its return value, or the words that it tries next."""
    try:
        tried = next(search)
        for enough in results:
            tried = search.send(enough)
    except StopIteration as end:
        return str(end.value)
    return tried
