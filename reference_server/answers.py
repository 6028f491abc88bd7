"""Answers that grant what was asked: the document's example, overlaid with the object."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model.json import MISSING, Json, at
from apicheck.model.operation import Media, Operation, ResponseDoc
from reference_server.call import Call, Reply
from reference_server.headers import make_promised_headers
from reference_server.profile import Rules
from reference_server.resources import Collection
from reference_server.schemas import NO_ARRAY, Schemas, find_array, put
from reference_server.seam import seam
from reference_server.store import Stored


def success_reply(call: Call, shown: Stored | list[Stored] | None = None) -> Reply:
    """The documented answer of an operation that succeeded.

    shown: the object, or the page of objects, that the answer shows; None: as the example is.
    """
    operation = call.op_rules.operation
    documented = success_of(operation)
    status = status_number(documented)
    reply = Reply(status)
    reply.headers += make_promised_headers(call, status, None)
    media = documented.media[0] if documented and documented.media else None
    if media is None:
        return reply
    reply.media = media.media_type
    value = example_of(call.server.profile.schemas, media)
    if "json" not in media.media_type:
        reply.text = value if isinstance(value, str) else ""
        return reply
    reply.value = _overlaid(call, media, value, shown)
    return reply


def success_of(operation: Operation) -> ResponseDoc | None:
    """The first documented response of class 2xx, else the default one."""
    good = [response for response in operation.responses if response.status.startswith("2")]
    return next(iter(good), operation.response_for(200))


def status_number(documented: ResponseDoc | None) -> int:
    """The status to answer with for a documented response."""
    return int(documented.status) if documented and documented.status.isdigit() else 200


def example_of(schemas: Schemas, media: Media) -> Json:
    """The first example of a media type, else a sample of its schema."""
    return media.examples[0] if media.examples else schemas.sample(media.schema)


def _overlaid(call: Call, media: Media, value: Json, shown: Stored | list[Stored] | None) -> Json:
    schemas = call.server.profile.schemas
    made = value
    if isinstance(shown, list):
        place = find_array(value)
        if place != NO_ARRAY:
            like = at(value, f"{place}/0")
            schema = schemas.below(media.schema, f"{place}/0")
            items = [projected(schemas, schema, like, item.value) for item in shown]
            # What a fault let in, and the document does not allow, would spoil the whole page.
            if schema:
                fitting = schemas.validator(schema)
                items = [item for item in items if fitting.is_valid(item)]
            made = put(value, place, items)
    elif shown is not None:
        root = place_of(call.op_rules.use.collection, value)
        schema = schemas.below(media.schema, root)
        made = put(value, root, projected(schemas, schema, at(value, root), shown.value))
    made = _counted(call, media, made)
    return made if schemas.validator(media.schema).is_valid(made) else value


def place_of(collection: Collection | None, value: Json) -> str:
    """Pointer to the object in an answer that shows one: in its wrapper, where it has one."""
    root = collection.root if collection else ""
    wrapper = root.removesuffix("/0")  # as the first of a list, where nobody creates them
    return next((place for place in (root, wrapper) if isinstance(at(value, place), Mapping)), "")


def _counted(call: Call, media: Media, value: Json) -> Json:
    """With the members whose schema says `x-counts`: of which list in the request."""
    schemas = call.server.profile.schemas
    for name, schema in schemas.members(media.schema).items():
        pointer = schemas.resolved(schema).get("x-counts")
        counted = at(call.value, pointer) if isinstance(pointer, str) else MISSING
        if isinstance(counted, list):
            value = put(value, f"/{name}", len(counted))
    return value


def projected(schemas: Schemas, schema: Json, example: Json, value: Mapping[str, Json]) -> Json:
    """The members of an object that a schema shows; what it requires beside them: the example's."""
    members = schemas.members(schema)
    base = example if isinstance(example, Mapping) else {}
    needed = {name: base[name] for name in schemas.required(schema) if name in base}
    seen = {name: inner for name, inner in value.items() if not members or name in members}
    return {**needed, **seen}


def created_value(
    schemas: Schemas, rules: Rules, sent: Mapping[str, Json], object_id: Json
) -> dict[str, Json]:
    """The members of a new object: what was sent, its id, and what the answer shows besides.

    rules: of the operation that creates such objects. Members that the partner may send and did
    not are left out, where the answer can do without.
    """
    collection = rules.use.collection
    assert collection is not None  # only operations that create come here
    documented = success_of(rules.operation)
    media = documented.media[0] if documented and documented.media else None
    whole = example_of(schemas, media) if media else {}
    example = at(whole, collection.root)
    base = dict(example) if isinstance(example, Mapping) else {}
    schema = schemas.below(media.schema, collection.root) if media else {}
    body_schema = rules.operation.body[0].schema if rules.operation.body else {}
    members, required = schemas.members(body_schema), schemas.required(schema)
    for name, inner in members.items():
        if name in base and name not in sent:
            default = schemas.resolved(inner).get("default", MISSING)
            if default is not MISSING:
                base[name] = default
            elif name not in required:
                base.pop(name)
    shown = schemas.members(schema)
    base.update({name: inner for name, inner in sent.items() if not shown or name in shown})
    return dict(put(base, collection.id, object_id))


def example_id(schemas: Schemas, rules: Rules) -> Json:
    """The id that the example of a creating operation shows."""
    collection = rules.use.collection
    documented = success_of(rules.operation)
    media = documented.media[0] if documented and documented.media else None
    if media is None or collection is None:
        return MISSING
    return at(example_of(schemas, media), collection.root + collection.id)


@seam
def finish_success(call: Call, reply: Reply) -> Reply:
    """A successful answer, as it was made."""
    del call
    return reply
