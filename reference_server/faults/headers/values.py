"""Fields that are missing, repeated, wrong, or should not be there."""

from __future__ import annotations

from reference_server.call import Call, Reply
from reference_server.faults._documented import list_promised_fields
from reference_server.faults._fields import change_fields, omit_fields
from reference_server.faults.fault import alters
from reference_server.policy import find_rules
from reference_server.responses.completion import finish_fields
from reference_server.responses.headers import Fields
from reference_server.responses.success import finish_success


def _list_given(call: Call, status: int) -> frozenset[str]:
    """The fields whose value the policy gives."""
    return list_promised_fields(call, status, lambda header: header.equals is not None)


@alters(finish_fields)
def control_character_in_value(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """A header field of successes has a control character in it."""
    more = [] if reply.refusal else [("X-Served-For", "Ada\x01Lovelace")]
    return [*sent, *more]


@alters(finish_fields, needs=("responses.all.headers",))
def omits_required(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """Fields whose value the policy gives are not sent."""
    return omit_fields(sent, _list_given(call, reply.status))


@alters(finish_fields, needs=("responses.all.headers",))
def wrong_value(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """Fields whose value the policy gives have another one."""
    given = _list_given(call, reply.status)
    return change_fields(sent, given, lambda _: "wrong")


@alters(finish_success)
def repeats_content_type(made: Reply, call: Call, reply: Reply) -> Reply:
    """A successful response with a body has its Content-Type twice."""
    if made.media:
        made.headers.append(("Content-Type", made.media))
    return made


@alters(finish_success)
def two_content_types(made: Reply, call: Call, reply: Reply) -> Reply:
    """A successful response with a body has two types."""
    if made.media:
        made.headers.append(("Content-Type", "text/html"))
    return made


@alters(finish_fields, needs=("responses.all.absent",))
def sends_banner(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """Responses name the software of the server, though the policy says that none does."""
    unwanted = [name for rule in find_rules(call, reply.status) for name in rule.absent]
    return [*sent, *((name, "Apache") for name in unwanted[:1])]


@alters(finish_fields)
def tells_exact_version(sent: Fields, call: Call, reply: Reply, made: Fields) -> Fields:
    """Responses name the exact version of the software of the server."""
    return [*sent, ("Server", "nginx/1.25.3 (Ubuntu)")]
