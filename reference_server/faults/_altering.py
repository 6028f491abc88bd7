"""Faults alter values where their schema says what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import MISSING, Json
from reference_server.call import Call, Reply
from reference_server.document.examples import find_example, find_success
from reference_server.document.profile import Profile
from reference_server.document.schemas import Schemas

Change = Callable[[Schemas, Mapping[str, Json], Json], Json]
"""From a schema and a value of it to another value, MISSING where it is to stay."""

_DEPTH = 12


def alters_reads(profile: Profile, change: Change) -> bool:
    """Whether the documented response to some read would be altered."""
    for rules in profile.rules.values():
        documented = find_success(rules.operation)
        for media in documented.media[:1] if documented and rules.operation.safe else ():
            example = find_example(profile.schemas, media)
            if alter(profile.schemas, media.schema, example, change) != example:
                return True
    return False


def alter_reads(call: Call, reply: Reply, change: Change) -> Reply:
    """A successful response, altered if it is to a read."""
    rules = call.op_rules
    documented = rules.operation.response_for(reply.status)
    if rules.operation.safe and documented and documented.media and reply.value is not MISSING:
        schema = documented.media[0].schema
        reply.value = alter(call.server.profile.schemas, schema, reply.value, change)
    return reply


def alter(schemas: Schemas, schema: Json, value: Json, change: Change, depth: int = 0) -> Json:
    """A value with each part replaced for which `change` has another one; outer parts first."""
    flat = schemas.resolved(schema)
    other = change(schemas, flat, value)
    if other is not MISSING:
        return other
    if depth > _DEPTH:
        return value
    if isinstance(value, list):
        inner = flat.get("items", {})
        return [alter(schemas, inner, item, change, depth + 1) for item in value]
    if not isinstance(value, Mapping):
        return value
    members = schemas.members(schema)
    return {
        name: alter(schemas, members.get(name, {}), item, change, depth + 1)
        for name, item in value.items()
    }
