"""Fields that identify a request."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.faults._documented import headers_have, list_promised_fields
from reference_server.faults.fault import fault
from reference_server.responses.completion import finish_fields
from reference_server.responses.headers import Fields, make_promised_headers

MakePromisedHeaders = Callable[[Call, int, Refusal | None], Fields]
FinishFields = Callable[[Call, Reply, Fields], Fields]

_KEPT = 8


@fault(
    "headers/changes-correlation-id",
    make_promised_headers,
    shows_in=headers_have(lambda header: header.echo),
)
def changes_correlation_id(
    honest: MakePromisedHeaders, call: Call, status: int, refusal: Refusal | None
) -> Fields:
    """A field that is promised to come back as it was sent comes back with another value."""
    echoes = list_promised_fields(
        call, status, lambda header: header.echo and call.header(header.echo)
    )
    return [
        (name, value[::-1] if name.lower() in echoes else value)
        for name, value in honest(call, status, refusal)
    ]


@fault(
    "headers/cuts-correlation-id",
    make_promised_headers,
    shows_in=headers_have(lambda header: header.echo),
)
def cuts_correlation_id(
    honest: MakePromisedHeaders, call: Call, status: int, refusal: Refusal | None
) -> Fields:
    """A field that is promised to come back as it was sent comes back cut off."""
    echoes = list_promised_fields(
        call, status, lambda header: header.echo and call.header(header.echo)
    )
    return [
        (name, value[:_KEPT] if name.lower() in echoes else value)
        for name, value in honest(call, status, refusal)
    ]


@fault("headers/omits-request-id", finish_fields, needs=("responses.all.headers.X-Request-Id",))
def omits_request_id(honest: FinishFields, call: Call, reply: Reply, made: Fields) -> Fields:
    """Responses have no request id."""
    stated = list_promised_fields(call, reply.status, lambda header: header.unique)
    return [pair for pair in honest(call, reply, made) if pair[0].lower() not in stated]


@fault("headers/repeats-request-id", finish_fields, needs=("responses.all.headers.X-Request-Id",))
def repeats_request_id(honest: FinishFields, call: Call, reply: Reply, made: Fields) -> Fields:
    """Every response has the same request id."""
    stated = list_promised_fields(call, reply.status, lambda header: header.unique)
    same = "5bd0b6c2-4f0c-4b0e-9f4e-0a6c1d2e3f40"
    return [
        (name, same if name.lower() in stated else value)
        for name, value in honest(call, reply, made)
    ]
