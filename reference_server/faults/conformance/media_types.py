"""Media types and statuses that the document does not have."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import MISSING
from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.faults._documented import list_successes
from reference_server.faults.fault import alters, fault
from reference_server.responses.errors import fill_error_body
from reference_server.responses.success import finish_success

FillErrorBody = Callable[[Call, Refusal, Reply], None]


def _media_types_have_parameters(profile: Profile) -> bool:
    return any(";" in media.media_type for one in list_successes(profile) for media in one.media)


@alters(finish_success, shows_in=_media_types_have_parameters)
def other_media_parameter(made: Reply, call: Call, reply: Reply) -> Reply:
    """A media type is sent with another parameter than the document gives it."""
    name, mark, parameter = made.media.partition(";")
    if mark:
        made.media = f"{name};{parameter.partition('=')[0]}=unheard-of"
    return made


@alters(finish_success)
def undocumented_media_type(made: Reply, call: Call, reply: Reply) -> Reply:
    """Responses to reads have an undocumented media type."""
    if call.op_rules.operation.safe and made.media:
        made.media = "application/vnd.undocumented+json"
    return made


@alters(finish_success)
def undocumented_status(made: Reply, call: Call, reply: Reply) -> Reply:
    """Responses to reads have an undocumented success status."""
    if call.op_rules.operation.safe:
        made.status = 203
    return made


@alters(finish_success)
def labels_json_as_html(made: Reply, call: Call, reply: Reply) -> Reply:
    """Responses to reads are JSON with the label of HTML."""
    if call.op_rules.operation.safe and "json" in made.media:
        made.media = "text/html"
    return made


@fault(fill_error_body)
def labels_text_as_json(honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply) -> None:
    """The error for an unknown path, or for a limit, is a text with the label of JSON."""
    honest(call, refusal, reply)
    if refusal.kind in ("unknown_path", "rate"):
        reply.value, reply.text = MISSING, refusal.text
        reply.media = "application/json"
