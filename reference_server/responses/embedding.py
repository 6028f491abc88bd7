"""Members that a request asks for beside the usual ones (`formats.embed` of the policy)."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.document.schemas import Schemas
from reference_server.policy import selects
from reference_server.seam import seam


@seam
def list_embedded(call: Call) -> tuple[str, ...]:
    """The names of the members that a request asks for, of those that there are."""
    facts = call.server.profile.facts.formats.embed
    if facts is None or not selects(call, facts.ops):
        return ()
    asked = dict(call.query).get(facts.parameter, "").split(",")
    return tuple(name for name in facts.adds if name in asked)


def embed(call: Call, schema: Json, value: Json) -> Json:
    """An object, or a list of them, with the members that the request asks for.

    schema: of the value. Where a wrapper stands around the objects, they get the members.
    """
    return _embed(call.server.profile.schemas, list_embedded(call), schema, value)


def _embed(schemas: Schemas, names: tuple[str, ...], schema: Json, value: Json) -> Json:
    if not names:
        return value
    if isinstance(value, list):
        inner = schemas.resolved(schema).get("items", {})
        return [_embed(schemas, names, inner, item) for item in value]
    if not isinstance(value, Mapping):
        return value
    members = schemas.members(schema)
    known = [name for name in names if name in members]
    if known:
        return {**value, **{name: schemas.sample(members[name]) for name in known}}
    return {
        name: _embed(schemas, names, members.get(name, {}), inner) for name, inner in value.items()
    }
