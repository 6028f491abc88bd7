"""Error bodies of another shape than promised."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import MISSING, Json
from reference_server.call import Call, Refusal, Reply
from reference_server.document.schemas import put, remove_required
from reference_server.faults.fault import fault
from reference_server.policy import find_rules
from reference_server.responses.errors import fill_error_body

FillErrorBody = Callable[[Call, Refusal, Reply], None]


@fault(fill_error_body, needs=("responses.error",))
def html_body(honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply) -> None:
    """Errors come as a web page."""
    honest(call, refusal, reply)
    reply.media = "text/html"
    reply.text = f"<!doctype html><title>Error</title><h1>Error {reply.status}</h1>"
    reply.value = MISSING


@fault(fill_error_body, needs=("responses.error.schema",))
def omits_member(honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply) -> None:
    """Errors lack a member that every one of them must have."""
    honest(call, refusal, reply)
    schemas = call.server.profile.schemas
    for rule in find_rules(call, reply.status):
        if rule.schema is not None:
            schema: Json = schemas.named(rule.schema)
            reply.value = remove_required(schemas, schema, reply.value)


@fault(fill_error_body, needs=("responses.error.equal",))
def status_member_differs(
    honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply
) -> None:
    """The member that repeats the status says another one."""
    honest(call, refusal, reply)
    for rule in find_rules(call, reply.status):
        for pointer, source in rule.equal.items():
            if source == "status":
                reply.value = put(reply.value, pointer, 599)
