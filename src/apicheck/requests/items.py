"""The items of a body: elements of its list, or its lines. Bulk operations take many at once."""

from __future__ import annotations

import json
from collections.abc import Mapping

from apicheck.model.exchange import Request
from apicheck.model.json import Json, child_pointer, with_value
from apicheck.model.media_types import is_json
from apicheck.model.operation import Operation, Spec
from apicheck.model.subject import Recipe
from apicheck.requests.alter import encode_json, media_type_of
from apicheck.requests.media_types import find_media
from apicheck.schemas import find_schema_errors

LINES = "text/csv"
"""A media type whose items are the lines after the first, which is a header."""


def find_items(body: Json) -> tuple[str, list[Json]]:
    """The pointer of the list that a body is or has, and the list; ("", []) for none."""
    members = body.items() if isinstance(body, Mapping) else [("", body)]
    lists = [(key, value) for key, value in members if isinstance(value, list) and value]
    name, items = next(iter(lists), ("", []))
    return (child_pointer("", name) if name else ""), items


def most_items(spec: Spec, operation: Operation, recipe: Recipe, at_most: int) -> int:
    """How many items a body can have by its schema, up to a number; 0 where it has no list."""
    if recipe.media_type == LINES:
        return at_most
    place, found = find_items(recipe.body)
    if not found or not is_json(recipe.media_type):
        return 0
    schema = find_media(operation.body, recipe.media_type).schema

    def fits(count: int) -> bool:
        value = with_value(recipe.body, place, found[:1] * count)
        errors = find_schema_errors(spec.document, schema, value)
        return all(error.keyword != "maxItems" for error in errors)

    return next((count for count in range(at_most, 0, -1) if fits(count)), 0)


def count_items(request: Request) -> int:
    """How many items a request has; 1 where its body has no list."""
    media, body = media_type_of(request), request.body or b""
    if media == LINES:
        return max(1, len(body.strip().splitlines()) - 1)
    try:
        content = json.loads(body) if is_json(media) else None
    except (ValueError, RecursionError):
        return 1
    return max(1, len(find_items(content)[1]))


def repeat_item(request: Request, times: int) -> bytes:
    """The body with its first item, or its last line, so often."""
    body = request.body or b""
    if media_type_of(request) == LINES:
        lines = body.rstrip().splitlines(keepends=True)
        return b"".join((*lines[:-1], *[lines[-1].rstrip() + b"\r\n"] * times))
    content = json.loads(body)
    place, items = find_items(content)
    return encode_json(with_value(content, place, items[:1] * times))
