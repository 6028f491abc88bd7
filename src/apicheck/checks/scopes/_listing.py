"""Whether a list shows what somebody has made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import Exchange, Json, listing, pointers
from apicheck.checks.scopes._foreign import counted


def shows(page: Exchange, made: Exchange, pointer: str) -> bool:
    """Whether an answer shows the object that another answer made.

    It is told by its id, at the pointer's end. An id that looks counted, perhaps for each owner,
    must come with other values that both show.
    """
    head, _, key = pointer.rpartition("/")
    wanted = pointers.at(made.json_or(), head)
    if not isinstance(wanted, Mapping) or key not in wanted:
        return False
    others = {name: value for name, value in _plain(wanted) if name != key}
    return any(
        not counted(str(wanted[key])) or _agree(item, others)
        for item in listing.objects_in(page.json_or())
        if key in item and item[key] == wanted[key]
    )


def _agree(item: Mapping[str, Json], others: Mapping[str, Json]) -> bool:
    """Whether an item shows some of these values, and none of them otherwise."""
    common = [name for name in others if name in item]
    return bool(common) and all(item[name] == others[name] for name in common)


def _plain(value: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    return ((n, inner) for n, inner in value.items() if not isinstance(inner, dict | list))
