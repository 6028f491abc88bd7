"""Header fields that the document does not describe so."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.model.operation import HeaderDoc
from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.document.schemas import Schemas
from reference_server.faults._documented import list_successes
from reference_server.faults._fields import change_fields, omit_fields
from reference_server.faults.fault import alters
from reference_server.responses.completion import finish_fields
from reference_server.responses.headers import Fields

_OF_LIMITS = ("x-ratelimit-", "ratelimit", "retry-after")


def _is_number(schemas: Schemas, header: HeaderDoc) -> bool:
    kind = schemas.resolved(header.schema).get("type")
    return kind == "integer" and not header.name.lower().startswith(_OF_LIMITS)


def _successes_have_numbers(profile: Profile) -> bool:
    return any(_is_number(profile.schemas, header) for header in _documented(profile))


def _successes_require_fields(profile: Profile) -> bool:
    return any(header.required for header in _documented(profile))


def _documented(profile: Profile) -> Iterator[HeaderDoc]:
    """The header fields of documented successes."""
    for response in list_successes(profile):
        yield from response.headers


@alters(finish_fields, shows_in=_successes_have_numbers)
def header_of_other_type(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """A header field that the document says to be a number is a word."""
    documented = call.operation.response_for(reply.status) if call.operation else None
    numbers = {
        header.name.lower()
        for header in (documented.headers if documented else ())
        if _is_number(call.server.profile.schemas, header)
    }
    return change_fields(sent, numbers, lambda _: "many")


@alters(finish_fields, shows_in=_successes_require_fields)
def omits_documented_header(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """A header field that the document requires of a success is not sent."""
    documented = call.operation.response_for(reply.status) if call.operation else None
    if documented is None or reply.refusal is not None:
        return sent
    required = {header.name.lower() for header in documented.headers if header.required}
    return omit_fields(sent, required)
