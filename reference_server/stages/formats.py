"""The formats that a request names: of its body, and of the response that it wants."""

from __future__ import annotations

from apicheck.model.facts import ExpectedResponse
from reference_server.call import Call, Refusal
from reference_server.policy import selects
from reference_server.seam import seam
from reference_server.stages.validation import refuse_media


def refuse_formats(call: Call) -> Refusal | None:
    """Why the body is not read, or no response could be in what the request wants."""
    return refuse_media(call) or refuse_unacceptable(call) or refuse_unknown_embed(call)


@seam
def refuse_unacceptable(call: Call) -> Refusal | None:
    """Why Accept is refused, where it is: it fits no media type of the operation's responses."""
    promise = call.server.profile.facts.requests.get("accept")
    accepted = call.header("accept")
    if not isinstance(promise, ExpectedResponse) or not selects(call, promise.ops) or not accepted:
        return None
    operation = call.op_rules.operation
    offered = [media.media_type for one in operation.responses for media in one.media]
    ranges = [text.partition(";")[0].strip() for text in accepted.split(",")]
    if not offered or any(_fits(media, one) for media in offered for one in ranges):
        return None
    return Refusal("accept", f"There is {', '.join(dict.fromkeys(offered))}.")


def _fits(media: str, wanted: str) -> bool:
    """Whether a media type is in a media range (RFC 9110, section 12.5.1)."""
    kind, _, subtype = wanted.lower().partition("/")
    own_kind, _, own_subtype = media.lower().partition("/")
    return kind in ("*", own_kind) and subtype in ("*", own_subtype)


@seam
def refuse_unknown_embed(call: Call) -> Refusal | None:
    """Why a member to embed is refused, where it is: there is none of this name."""
    facts = call.server.profile.facts
    promise, known = facts.requests.get("unknown_embed"), facts.formats.embed
    if not isinstance(promise, ExpectedResponse) or known is None or not selects(call, known.ops):
        return None
    asked = dict(call.query).get(known.parameter, "")
    unknown = [name for name in asked.split(",") if name and name not in known.adds]
    return Refusal("unknown_embed", f"There is no {unknown[0]}.") if unknown else None
