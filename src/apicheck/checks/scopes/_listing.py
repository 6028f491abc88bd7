"""Whether a list shows an object that the run created."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apicheck.authoring import EndOfScript, Exchange, Json, RunContext, listing, pointers
from apicheck.authoring.listing import Need
from apicheck.checks.scopes._foreign import looks_counted

_USUAL = ("id", "_id", "uuid", "guid", "key")


@dataclass(frozen=True, slots=True)
class Made:
    """An object that a run created: its id, names that the id may have, and its other values."""

    id: str
    names: tuple[str, ...]
    others: Mapping[str, Json]


def read_made(context: RunContext, created: Exchange, need: Need) -> Made | None:
    """Read the object that an exchange created; None where its id is not to be found.

    need: takes the object's id from that response. Without a link that says where the id is, it is
    where responses usually have it; then the object is as it was sent, if the response has no body.
    """
    try:
        wanted = str(listing.read_value(context, created, need))
    except EndOfScript:
        return None
    if not need.convention:
        head, _, key = need.pointer.rpartition("/")
        holder = pointers.at(created.json_or(), head)
        return Made(wanted, (key,), _scalars(holder, key)) if isinstance(holder, Mapping) else None
    for item in listing.objects_in(created.json_or()):
        names = tuple(name for name, value in item.items() if str(value) == wanted)
        if names:
            return Made(wanted, names, _scalars(item, *names))
    sent = created.request.members
    return Made(wanted, (need.name, *_USUAL), _scalars(sent, *_USUAL))


def shows(page: Exchange, made: Made) -> bool:
    """Whether a page of a list shows an object that was created.

    The page shows its id under the same name. An id that looks counted, perhaps for each owner, is
    not enough: the item must also share other values with the object.
    """
    return any(
        not looks_counted(made.id) or _agree(item, made.others)
        for item in listing.objects_in(page.json_or())
        if any(name in item and str(item[name]) == made.id for name in made.names)
    )


def _scalars(holder: Mapping[str, Json], *left_out: str) -> Mapping[str, Json]:
    return {
        name: value
        for name, value in holder.items()
        if name not in left_out and not isinstance(value, dict | list)
    }


def _agree(item: Mapping[str, Json], others: Mapping[str, Json]) -> bool:
    """Whether an item shares at least one of these names, each with the same value."""
    common = [name for name in others if name in item]
    return bool(common) and all(item[name] == others[name] for name in common)
