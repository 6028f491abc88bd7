"""Compares the webhooks of two documents: there the API sends, and a receiver reads."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.compare.bodies import compare_content
from apicheck.compare.change import Change, change, locate_in
from apicheck.compare.documents import Both
from apicheck.compare.sides import Direction
from apicheck.model.json import child_pointer

_METHODS = ("post", "put", "get", "patch", "delete")


def compare_webhooks(both: Both) -> Iterator[Change]:
    """What becomes of receivers that read deliveries by the earlier document."""
    before, after = both.old.part("/webhooks"), both.new.part("/webhooks")
    for name, item in both.old.members(before):
        there = both.new.inside(after, name)
        for method in _METHODS:
            if method not in item.value:
                continue
            pointer = child_pointer(item.at, method)
            if method not in there.value:
                yield change(
                    "webhook-removed", name, pointer, there.at if there.value else after.at
                )
                continue
            bodies = (
                both.old.part(f"{pointer}/requestBody"),
                both.new.part(f"{child_pointer(there.at, method)}/requestBody"),
            )
            found = compare_content(both, *bodies, Direction.RESPONSE, "delivery")
            yield from locate_in(found, f"webhook {name}")
