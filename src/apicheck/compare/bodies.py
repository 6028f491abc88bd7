"""Compares what is sent in bodies: their media types, and the schema of each."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.compare.change import Change, change, locate_in
from apicheck.compare.documents import Both, Document, Part
from apicheck.compare.sides import Direction
from apicheck.model.json import child_pointer
from apicheck.model.media_types import strip_parameters
from apicheck.model.operation import Operation


def compare_request_bodies(both: Both, old: Operation, new: Operation) -> Iterator[Change]:
    """What becomes of bodies that clients send by the earlier document."""
    before, after = (
        document.part(child_pointer(operation.pointer, "requestBody"))
        for document, operation in ((both.old, old), (both.new, new))
    )
    needed = after.value.get("required") is True
    if not before.value:
        if needed:
            yield change("required-request-body-added", "body", old.pointer, after.at)
        return
    if not after.value:
        yield change("request-body-removed", "body", before.at, new.pointer)
        return
    if needed and before.value.get("required") is not True:
        place = child_pointer(after.at, "required")
        yield change("request-body-became-required", "body", before.at, place)
    yield from compare_content(both, before, after, Direction.REQUEST, "request body")


def compare_content(
    both: Both, old: Part, new: Part, direction: Direction, where: str
) -> Iterator[Change]:
    """What becomes of the media types of a body, and of the values in each."""
    removed = f"{direction.value}-media-type-removed"
    before, after = _list_media(both.old, old), _list_media(both.new, new)
    if not after:
        return
    for media_type, part in before.items():
        there = find_media(after, media_type)
        if there is None:
            yield change(removed, media_type, part.at, child_pointer(new.at, "content"))
            continue
        schemas = both.old.schema(part), both.new.schema(there)
        found = both.find_changes(*schemas, direction)
        yield from locate_in(found, where if len(before) == 1 else f"{where} {media_type}".strip())


def _list_media(document: Document, part: Part) -> dict[str, Part]:
    """The media types of a body, without parameters (`charset`)."""
    content = document.inside(part, "content")
    return {strip_parameters(media_type): media for media_type, media in document.members(content)}


def find_media(among: dict[str, Part], media_type: str) -> Part | None:
    """The description of a media type: its own, or that of a range that contains it."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((among[one] for one in ranges if one in among), None)
