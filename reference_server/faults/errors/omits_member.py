"""Errors lack a member that every one of them must have."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from reference_server.call import Call, Refusal, Reply
from reference_server.document.schemas import without_required
from reference_server.policy import rules_in_force

NEEDS = ("responses.error.schema",)


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """The last of the required members is left out."""
    honest(call, refusal, reply)
    schemas = call.server.profile.schemas
    for rule in rules_in_force(call, reply.status):
        if rule.schema is not None:
            schema: Json = schemas.named(rule.schema)
            reply.value = without_required(schemas, schema, reply.value)
