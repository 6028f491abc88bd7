"""Fields that identify a request."""

from __future__ import annotations

from reference_server.call import Call, Refusal, Reply
from reference_server.faults._documented import headers_have, list_promised_fields
from reference_server.faults._fields import change_fields, omit_fields
from reference_server.faults.fault import alters
from reference_server.responses.completion import finish_fields
from reference_server.responses.headers import Fields, make_promised_headers

_KEPT = 8
_REPEATED = "5bd0b6c2-4f0c-4b0e-9f4e-0a6c1d2e3f40"


def _list_echoes(call: Call, status: int) -> frozenset[str]:
    return list_promised_fields(call, status, lambda rule: rule.echo and call.header(rule.echo))


@alters(make_promised_headers, shows_in=headers_have(lambda header: header.echo))
def changes_correlation_id(
    sent: Fields, call: Call, status: int, refusal: Refusal | None
) -> Fields:
    """A field that is promised to come back as it was sent comes back with another value."""
    return change_fields(sent, _list_echoes(call, status), lambda value: value[::-1])


@alters(make_promised_headers, shows_in=headers_have(lambda header: header.echo))
def cuts_correlation_id(sent: Fields, call: Call, status: int, refusal: Refusal | None) -> Fields:
    """A field that is promised to come back as it was sent comes back cut off."""
    return change_fields(sent, _list_echoes(call, status), lambda value: value[:_KEPT])


@alters(finish_fields, needs=("responses.all.headers.X-Request-Id",))
def omits_request_id(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """Responses have no request id."""
    unique = list_promised_fields(call, reply.status, lambda header: header.unique)
    return omit_fields(sent, unique)


@alters(finish_fields, needs=("responses.all.headers.X-Request-Id",))
def repeats_request_id(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """Every response has the same request id."""
    unique = list_promised_fields(call, reply.status, lambda header: header.unique)
    return change_fields(sent, unique, lambda _: _REPEATED)
