"""Whether a list shows an object that the run created."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import Exchange, Json, listing, pointers
from apicheck.checks.scopes._foreign import looks_counted


def shows(page: Exchange, created: Exchange, pointer: str) -> bool:
    """Whether a page of a list shows the object that another exchange created.

    pointer: leads to the id in the response that created it; the page shows the id under the same
    name. An id that looks counted, perhaps for each owner, is not enough: the item must also share
    other values with the object.
    """
    head, _, key = pointer.rpartition("/")
    wanted = pointers.at(created.json_or(), head)
    if not isinstance(wanted, Mapping) or key not in wanted:
        return False
    others = {
        name: value
        for name, value in wanted.items()
        if name != key and not isinstance(value, dict | list)
    }
    return any(
        not looks_counted(str(wanted[key])) or _agree(item, others)
        for item in listing.objects_in(page.json_or())
        if key in item and item[key] == wanted[key]
    )


def _agree(item: Mapping[str, Json], others: Mapping[str, Json]) -> bool:
    """Whether an item shares at least one of these names, each with the same value."""
    common = [name for name in others if name in item]
    return bool(common) and all(item[name] == others[name] for name in common)
