"""The members of an object that an action changes: closing it, sending it, handing it over.

The examples of the document say which: the members that the response to the action shows
otherwise than the response that reads the object, and the members that the request names.
"""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model.json import MISSING, Json, at
from apicheck.model.operation import Media
from reference_server.call import Call
from reference_server.document.examples import find_example, find_success, locate_object
from reference_server.document.profile import Rules


def find_changes(call: Call) -> dict[str, Json] | None:
    """Member -> its value after the action; None where the response does not show the object."""
    rules, schemas = call.op_rules, call.server.profile.schemas
    responded, shown = _find_media(rules), _find_shown(call)
    if responded is None or shown is None:
        return None
    after, schema = _find_object(call, responded)
    before = shown[0]
    if schema != shown[1] or not isinstance(after, Mapping) or not isinstance(before, Mapping):
        return None
    members = schemas.members(schema)
    sent = call.value if isinstance(call.value, Mapping) else {}
    return {
        **{name: value for name, value in after.items() if before.get(name, MISSING) != value},
        **{name: value for name, value in sent.items() if name in members},
    }


def _find_shown(call: Call) -> tuple[Json, Json] | None:
    """Example and schema of an object of the call's collection, where it is read or listed."""
    collection = call.op_rules.use.collection
    assert collection is not None  # an action is on an object
    schemas = call.server.profile.schemas
    for rules in call.server.profile.rules.values():
        media = _find_media(rules)
        if rules.use.collection != collection or media is None:
            continue
        if rules.use.kind == "read":
            return _find_object(call, media)
        if rules.operation.id == collection.name:
            example = at(find_example(schemas, media), collection.root)
            return example, schemas.below(media.schema, collection.root)
    return None


def _find_object(call: Call, media: Media) -> tuple[Json, Json]:
    """Example and schema of the one object that a response shows."""
    schemas = call.server.profile.schemas
    whole = find_example(schemas, media)
    place = locate_object(call.op_rules.use.collection, whole)
    return at(whole, place), schemas.below(media.schema, place)


def _find_media(rules: Rules) -> Media | None:
    documented = find_success(rules.operation)
    return documented.media[0] if documented and documented.media else None
