"""Responses that succeed: the document's example, overlaid with the object."""

from __future__ import annotations

from apicheck.model.json import MISSING, Json, at
from apicheck.model.operation import Media
from reference_server.call import Call, Reply
from reference_server.document.examples import (
    find_example,
    find_success,
    locate_object,
    project,
    read_status,
)
from reference_server.document.schemas import NO_ARRAY, find_array, put
from reference_server.responses.embedding import embed
from reference_server.responses.headers import make_promised_headers
from reference_server.seam import seam
from reference_server.state.store import Stored


def make_success(call: Call, shown: Stored | list[Stored] | None = None) -> Reply:
    """Make the documented response of an operation that succeeded.

    shown: the object, or the page of objects, that it shows; None: as the example is.
    """
    operation = call.op_rules.operation
    documented = find_success(operation)
    status = read_status(documented)
    reply = Reply(status)
    reply.headers += make_promised_headers(call, status, None)
    media = documented.media[0] if documented and documented.media else None
    if media is None:
        return reply
    reply.media = media.media_type
    value = find_example(call.server.profile.schemas, media)
    if "json" not in media.media_type:
        reply.text = value if isinstance(value, str) else ""
        return reply
    reply.value = _overlay(call, media, value, shown)
    return reply


def _overlay(call: Call, media: Media, value: Json, shown: Stored | list[Stored] | None) -> Json:
    schemas = call.server.profile.schemas
    made = value
    if isinstance(shown, list):
        place = find_array(value)
        if place != NO_ARRAY:
            like = at(value, f"{place}/0")
            schema = schemas.below(media.schema, f"{place}/0")
            items = [project(schemas, schema, like, item.value) for item in shown]
            # What a fault let in, and the document does not allow, would spoil the whole page.
            if schema:
                fitting = schemas.validator(schema)
                items = [item for item in items if fitting.is_valid(item)]
            made = put(value, place, items)
    elif shown is not None:
        root = locate_object(call.op_rules.use.collection, value)
        schema = schemas.below(media.schema, root)
        made = put(value, root, project(schemas, schema, at(value, root), shown.value))
    made = embed(call, media.schema, _count_members(call, media, made))
    return made if schemas.validator(media.schema).is_valid(made) else value


def _count_members(call: Call, media: Media, value: Json) -> Json:
    """With the members whose schema says `x-counts`: of which list in the request."""
    schemas = call.server.profile.schemas
    for name, schema in schemas.members(media.schema).items():
        pointer = schemas.resolved(schema).get("x-counts")
        counted = at(call.value, pointer) if isinstance(pointer, str) else MISSING
        if isinstance(counted, list):
            value = put(value, f"/{name}", len(counted))
    return value


@seam
def finish_success(call: Call, reply: Reply) -> Reply:
    """Complete a successful response: an honest server leaves it as it is."""
    del call
    return reply
