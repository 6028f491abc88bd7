"""The examples of the document: responses, the objects that they show, and new objects."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model.json import MISSING, Json, at
from apicheck.model.operation import Media, Operation, ResponseDoc
from reference_server.document.profile import Rules
from reference_server.document.resources import Collection
from reference_server.document.schemas import Schemas, put


def find_success(operation: Operation) -> ResponseDoc | None:
    """The first documented response of class 2xx, else the default one."""
    good = [response for response in operation.responses if response.status.startswith("2")]
    return next(iter(good), operation.response_for(200))


def read_status(documented: ResponseDoc | None) -> int:
    """The status of a documented response; 200 for a class or the default."""
    return int(documented.status) if documented and documented.status.isdigit() else 200


def find_example(schemas: Schemas, media: Media) -> Json:
    """The first example of a media type, else a sample of its schema."""
    return media.examples[0] if media.examples else schemas.sample(media.schema)


def find_example_id(schemas: Schemas, rules: Rules) -> Json:
    """The id that the example of a creating operation shows."""
    collection = rules.use.collection
    documented = find_success(rules.operation)
    media = documented.media[0] if documented and documented.media else None
    if media is None or collection is None:
        return MISSING
    return at(find_example(schemas, media), collection.root + collection.id)


def locate_object(collection: Collection | None, value: Json) -> str:
    """Pointer to the object that a response shows, which may have a wrapper."""
    root = collection.root if collection else ""
    wrapper = root.removesuffix("/0")  # given objects are the first of a list
    return next((place for place in (root, wrapper) if isinstance(at(value, place), Mapping)), "")


def project(schemas: Schemas, schema: Json, example: Json, value: Mapping[str, Json]) -> Json:
    """The members of an object that a schema shows; what it requires beside them: the example's."""
    members = schemas.members(schema)
    base = example if isinstance(example, Mapping) else {}
    needed = {name: base[name] for name in schemas.required(schema) if name in base}
    seen = {name: inner for name, inner in value.items() if not members or name in members}
    return {**needed, **seen}


def find_body_wrapper(schemas: Schemas, rules: Rules) -> str:
    """Pointer to the object in a request body, where it stands in a wrapper as in the response.

    "" where the members of the object are those of the body.
    """
    collection = rules.use.collection
    root = collection.root if collection else ""
    bodies = rules.operation.body
    schema = bodies[0].schema if bodies and root.count("/") == 1 else {}
    return root if root[1:] and root[1:] in schemas.members(schema) else ""


def build_created_value(
    schemas: Schemas, rules: Rules, sent: Mapping[str, Json], object_id: Json
) -> dict[str, Json]:
    """The members of a new object: those that were sent, its id, and those of the example.

    sent: members of the object, without a wrapper. rules: of the operation that creates such
    objects. Members that the partner may send and did not are left out, where the response does
    not require them.
    """
    collection = rules.use.collection
    assert collection is not None  # only operations that create come here
    documented = find_success(rules.operation)
    media = documented.media[0] if documented and documented.media else None
    whole = find_example(schemas, media) if media else {}
    example = at(whole, collection.root)
    base = dict(example) if isinstance(example, Mapping) else {}
    schema = schemas.below(media.schema, collection.root) if media else {}
    body_schema = rules.operation.body[0].schema if rules.operation.body else {}
    body_schema = schemas.below(body_schema, find_body_wrapper(schemas, rules))
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
