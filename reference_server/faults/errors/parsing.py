"""Bodies that are read otherwise than promised."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from apicheck.model.operation import Media
from reference_server.call import Call
from reference_server.faults.fault import alters, fault
from reference_server.stages.validation import find_media, get_body_limit, parse_body

ParseBody = Callable[[Call, Media], Json]


@alters(find_media, needs=("requests.media",))
def compares_content_type(media: Media | None, call: Call, sent: str) -> Media | None:
    """A media type is compared character by character, parameters and all."""
    exact = media is None or sent == media.media_type or sent.startswith("multipart/")
    return media if exact else None


@alters(find_media, needs=("requests.media",))
def ignores_content_type(due: Media | None, call: Call, sent: str) -> Media | None:
    """A body is parsed whatever its media type says."""
    return due or call.op_rules.operation.body[0]


@fault(parse_body, needs=("requests.syntax",))
def mends_json(honest: ParseBody, call: Call, media: Media) -> Json:
    """JSON that is cut short is mended."""
    try:
        return honest(call, media)
    except ValueError:
        call.body += b"}"
        return honest(call, media)


@fault(parse_body, needs=("requests.syntax",))
def replaces_bad_characters(honest: ParseBody, call: Call, media: Media) -> Json:
    """Bytes that are not UTF-8 are replaced, and the rest is taken."""
    call.body = call.body.decode("utf-8", "replace").encode()
    return honest(call, media)


@alters(get_body_limit, needs=("requests.too_large",))
def one_byte_too_few(due: int, call: Call) -> int:
    """A body that is as long as the limit is refused."""
    return due - 1


@alters(get_body_limit, needs=("requests.too_large",))
def one_byte_too_many(due: int, call: Call) -> int:
    """A body may be one byte longer than promised."""
    return due + 1
