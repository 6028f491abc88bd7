"""Cross-origin resource sharing: what browsers let pages of other origins do."""

from __future__ import annotations

from http import HTTPStatus

from apicheck.model.facts import Cors
from reference_server.call import Call, Reply
from reference_server.responses.headers import make_promised_headers
from reference_server.seam import seam

Fields = list[tuple[str, str]]

_REMEMBERED = "86400"
"""Seconds for which a browser may keep the response to a preflight."""


def respond_to_preflight(call: Call) -> Reply | None:
    """Respond to a preflight request (Fetch, CORS protocol).

    None for another request, and for a page that may not call: its preflight is an OPTIONS request.
    """
    wanted = call.header("access-control-request-method")
    asked = call.method == "OPTIONS" and wanted is not None and bool(call.match.allowed)
    if not asked or not allows_origin(call):
        return None
    reply = Reply(HTTPStatus.NO_CONTENT)
    reply.headers += make_promised_headers(call, reply.status, None)
    reply.headers += make_preflight_headers(call)
    return reply


@seam
def make_preflight_headers(call: Call) -> Fields:
    """What a page may send."""
    asked = call.header("access-control-request-headers")
    return [
        ("Access-Control-Allow-Methods", ", ".join(call.match.allowed)),
        *([("Access-Control-Allow-Headers", asked)] if asked else []),
        ("Access-Control-Max-Age", _REMEMBERED),
    ]


@seam
def allows_origin(call: Call) -> bool:
    """Whether the origin of a request is one whose pages may call."""
    cors = call.server.profile.facts.transport.cors
    origin = call.header("origin")
    return (
        isinstance(cors, Cors)
        and origin is not None
        and (cors.any_origin or origin in cors.origins)
    )


@seam
def make_cors_headers(call: Call) -> Fields:
    """The fields that let a page read the response."""
    promised = call.server.profile.facts.transport.cors
    if not isinstance(promised, Cors):
        return []
    several = len(promised.origins) > 1 or promised.any_origin
    fields: Fields = [("Vary", "Origin")] if several else []
    if allows_origin(call):
        fields.append(("Access-Control-Allow-Origin", call.header("origin") or "*"))
        if promised.credentials:
            fields.append(("Access-Control-Allow-Credentials", "true"))
    return fields
