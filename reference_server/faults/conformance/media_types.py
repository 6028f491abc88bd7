"""Media types and statuses that the document does not have."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.faults._documented import list_successes
from reference_server.faults.fault import fault
from reference_server.responses.success import finish_success

FinishSuccess = Callable[[Call, Reply], Reply]


def _media_types_have_parameters(profile: Profile) -> bool:
    return any(";" in media.media_type for one in list_successes(profile) for media in one.media)


@fault("conformance/other-media-parameter", finish_success, shows_in=_media_types_have_parameters)
def other_media_parameter(honest: FinishSuccess, call: Call, reply: Reply) -> Reply:
    """A media type is sent with another parameter than the document gives it."""
    made = honest(call, reply)
    name, mark, parameter = made.media.partition(";")
    if mark:
        made.media = f"{name};{parameter.partition('=')[0]}=unheard-of"
    return made


@fault("conformance/undocumented-media-type", finish_success)
def undocumented_media_type(honest: FinishSuccess, call: Call, reply: Reply) -> Reply:
    """Responses to reads have an undocumented media type."""
    made = honest(call, reply)
    if call.op_rules.operation.safe and made.media:
        made.media = "application/vnd.undocumented+json"
    return made


@fault("conformance/undocumented-status", finish_success)
def undocumented_status(honest: FinishSuccess, call: Call, reply: Reply) -> Reply:
    """Responses to reads have an undocumented success status."""
    made = honest(call, reply)
    if call.op_rules.operation.safe:
        made.status = 203
    return made
