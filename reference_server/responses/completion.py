"""The last header fields of a response, whether it grants or refuses."""

from __future__ import annotations

from collections.abc import Iterator

from reference_server.call import Call, Reply
from reference_server.responses.cors import make_cors_headers
from reference_server.responses.headers import (
    Fields,
    make_date,
    make_documented_headers,
    make_hsts,
    make_lifecycle_headers,
    make_rate_headers,
    make_retry_after,
    wants_rate_headers,
)
from reference_server.responses.versions import make_version_echo, name_version_in_vary
from reference_server.seam import seam


def finish_headers(call: Call, reply: Reply) -> Iterator[tuple[str, str]]:
    """Every header field of a reply but Content-Type and Content-Length."""
    sent = list(reply.headers)
    sent += make_lifecycle_headers(call, reply.status)
    sent += make_version_echo(call, reply.status)
    sent += name_version_in_vary(call)
    refusing = (one for one in call.admissions if not one.standing.allowed)
    admission = next(refusing, next(iter(call.admissions), None))
    if admission and wants_rate_headers(call, reply.status):
        sent += make_rate_headers(call, admission)
    if admission and reply.refusal and reply.refusal.kind == "rate":
        sent += make_retry_after(call, admission)
    sent += [*make_cors_headers(call), *make_hsts(call, reply.status)]
    sent += make_documented_headers(call, reply.status, sent)
    yield from finish_fields(call, reply, sent)
    yield from make_date(call, reply.status)


@seam
def finish_fields(call: Call, reply: Reply, made: Fields) -> Fields:
    """Complete the header fields but Date, Content-Type and Content-Length."""
    del call, reply
    return made
