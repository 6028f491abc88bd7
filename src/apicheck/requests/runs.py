"""Long runs of one character in a body, so that megabytes are written down in a few words."""

from __future__ import annotations


def split_runs(body: bytes, at_least: int, of: bytes) -> list[tuple[bytes, bytes, int]]:
    """Split a body at each long run: what is before it, its character, and how often that comes.

    at_least: characters in a row; of two and more. of: the characters that count. The last part
    is what comes after the last run, with no character and 0.
    """
    # A regular expression with a repeated back reference takes 100 bytes of memory for each byte.
    # A run of `at_least` has a block of half its length that begins at a multiple of that length.
    block = at_least // 2
    found: list[tuple[bytes, bytes, int]] = []
    done = at = 0
    while at + block <= len(body):
        one = body[at : at + 1]
        if one not in of or body[at : at + block] != one * block:
            at += block
            continue
        start = at - _count_at_end(body[max(done, at - block) : at], one)
        end = _find_end(body, at + block, one, block)
        if end - start >= at_least:
            found.append((body[done:start], one, end - start))
            done = end
        at = end
    return [*found, (body[done:], b"", 0)]


def _find_end(body: bytes, at: int, one: bytes, block: int) -> int:
    """Where the run ends that goes on at `at`, or not."""
    while body[at : at + block] == one * block:
        at += block
    rest = body[at : at + block]
    return at + len(rest) - len(rest.lstrip(one))


def _count_at_end(text: bytes, one: bytes) -> int:
    return len(text) - len(text.rstrip(one))
