"""The format that a request chooses by a parameter (`formats.negotiation` of the policy)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from xml.sax.saxutils import escape

from apicheck.model.json import MISSING, Json
from reference_server.call import Call, Reply
from reference_server.seam import seam

_SUCCESS = 2


def write_as_asked(call: Call, reply: Reply) -> Reply:
    """Write a response in the format that its request chose."""
    media = find_format(call, reply)
    if media and "xml" in media and reply.value is not MISSING and reply.value is not None:
        reply.media, reply.text, reply.value = media, write_xml(reply.value), MISSING
    return reply


@seam
def find_format(call: Call, reply: Reply) -> str:
    """The media type that a response should have; "" for that which it has."""
    facts = call.server.profile.facts.formats.negotiation
    if facts is None or call.operation is None or reply.status == HTTPStatus.NO_CONTENT:
        return ""
    if facts.errors and reply.status // 100 != _SUCCESS:
        return ""
    return facts.values.get(dict(call.query).get(facts.parameter, ""), "")


@seam
def write_xml(value: Json) -> str:
    """A JSON value as an XML document: an element for each member, and for each item `item`."""
    if isinstance(value, Mapping) and len(value) == 1:
        (name, inner), *_ = value.items()
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{"".join(_write(name, inner))}'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{"".join(_write("response", value))}'


def _write(name: str, value: Json) -> Iterator[str]:
    tag = re.sub(r"[^A-Za-z0-9_.-]", "_", name)
    yield f"<{tag}>"
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _write(key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _write("item", inner)
    elif value is not None:
        yield escape(str(value).lower() if isinstance(value, bool) else str(value))
    yield f"</{tag}>"
