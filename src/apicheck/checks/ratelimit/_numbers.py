"""The number in a rate-limit field: alone, in a list with windows, or in a structured field.

Drafts 00 to 06 of draft-ietf-httpapi-ratelimit-headers have a list (`5, 5;w=4`), draft 07 a
dictionary (`limit=5, remaining=3, reset=4`), later ones a list of policies (`"default";r=3;t=4`).
"""

from __future__ import annotations

from collections.abc import Sequence

from apicheck.authoring.facts import Bucket
from apicheck.authoring.fields import parse_count
from apicheck.authoring.structured_fields import Item, parse_dictionary, parse_list

_LETTERS = {"limit": "q", "remaining": "r", "reset": "t"}


def parse_number(lines: Sequence[str], what: str, bucket: Bucket) -> int | None:
    """Read the limit, the remaining requests or the reset of a bucket; None where none is there.

    what: "limit", "remaining" or "reset".
    """
    text = ", ".join(lines)
    alone = parse_count(text)
    if alone is not None:
        return alone
    try:
        members = parse_list(text)
    except ValueError:
        members = ()
    if not members or any(not isinstance(one.value, int | str) for one in members):
        return _parse_dictionary(text, what)
    if len(members) > 1 and any(not one.parameters for one in members[1:]):
        return _parse_dictionary(text, what)  # `1,000`, or `limit, remaining`: no list of policies
    chosen = _choose(members, bucket)
    number = chosen.value
    if isinstance(number, str):
        number = chosen.parameters.get(_LETTERS[what], "")
    return _as_count(number)


def parse_policy(lines: Sequence[str], bucket: Bucket) -> tuple[int, float] | None:
    """Read the limit and the window in seconds of a bucket's policy; None where none is there.

    The field is a list of policies, `"default";q=100;w=60` or `100;w=60`.
    """
    try:
        members = parse_list(", ".join(lines))
    except ValueError:
        return None
    if not members:
        return None
    chosen = _choose(members, bucket)
    limit = chosen.parameters.get("q") if isinstance(chosen.value, str) else chosen.value
    number, window = _as_count(limit), _as_count(chosen.parameters.get("w"))
    return None if number is None or window is None else (number, float(window))


def _choose(members: Sequence[Item], bucket: Bucket) -> Item:
    """The member about a bucket: by its name, by its window, else the first."""
    named = [one for one in members if one.value == bucket.name]
    alone = [one for one in members if isinstance(one.value, int) and not one.parameters]
    timed = [one for one in members if one.parameters.get("w") == bucket.window_s]
    return next(iter((*named, *alone, *timed, *members)))


def _parse_dictionary(text: str, what: str) -> int | None:
    try:
        found = parse_dictionary(text)
    except ValueError:
        return None
    item = found.get(what)
    return _as_count(item.value) if item is not None else None


def _as_count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if is_count and isinstance(value, int) else None
