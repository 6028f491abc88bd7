"""Compares webhooks and callbacks of two documents: there the API sends, and a receiver reads."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.compare.bodies import compare_content
from apicheck.compare.change import Change, change, locate_in
from apicheck.compare.documents import Both, Part
from apicheck.compare.sides import Direction
from apicheck.model.json import child_pointer
from apicheck.model.operation import Operation

_METHODS = ("post", "put", "get", "patch", "delete")


def compare_webhooks(both: Both) -> Iterator[Change]:
    """What becomes of receivers that read deliveries by the earlier document."""
    before, after = both.old.part("/webhooks"), both.new.part("/webhooks")
    yield from _compare_items(both, before, after, "webhook")


def compare_callbacks(both: Both, old: Operation, new: Operation) -> Iterator[Change]:
    """What becomes of receivers whose address was in a request of the operation.

    Callbacks are told apart by their names, and those of one name by the place of the address.
    """
    before, after = (
        document.part(child_pointer(operation.pointer, "callbacks"))
        for document, operation in ((both.old, old), (both.new, new))
    )
    for name, callback in both.old.members(before):
        there = both.new.inside(after, name)
        if there.value:
            yield from _compare_items(both, callback, there, f"callback {name}")
        else:
            place = after.at if after.value else new.pointer
            yield change("webhook-removed", f"callback {name}", callback.at, place)


def _compare_items(both: Both, old: Part, new: Part, what: str) -> Iterator[Change]:
    """Compare path items by name, in which the API is the client."""
    for name, item in both.old.members(old):
        there = both.new.inside(new, name)
        for method in _METHODS:
            if method not in item.value:
                continue
            pointer = child_pointer(item.at, method)
            if method not in there.value:
                place = there.at if there.value else new.at
                yield change("webhook-removed", f"{what} {name}", pointer, place)
                continue
            bodies = (
                both.old.part(f"{pointer}/requestBody"),
                both.new.part(f"{child_pointer(there.at, method)}/requestBody"),
            )
            found = compare_content(both, *bodies, Direction.RESPONSE, "")
            yield from locate_in(found, f"{what} {name}")
