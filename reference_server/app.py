"""The API as an ASGI application: a request becomes a call, and a reply becomes bytes."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from apicheck.model.exchange import Pairs
from apicheck.model.json import MISSING
from reference_server.call import Call, Refusal, Reply
from reference_server.document.routing import Match, match_operation
from reference_server.document.versions import name_version
from reference_server.pipeline import respond
from reference_server.responses.completion import finish_headers
from reference_server.responses.errors import make_error
from reference_server.responses.versions import name_in_media_type
from reference_server.state.server_state import ServerState

_READ_AT_MOST = 8 << 20
"""Or twice as much as the policy lets a body have, so that one that is too long is read whole."""
_NEVER_SENT = [(b"content-length", b"1")]
_log = logging.getLogger("reference_server")


def build_api(server: ServerState, entry: str = "") -> ASGIApp:
    """The application that serves a profile. entry: as in `Call`."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        if server.variant.latency_ms:
            await asyncio.sleep(server.variant.latency_ms / 1000)
        body, whole = await _read_body(request, _find_read_limit(server))
        try:
            with server.faults_in_force():
                response = _respond(server, request, body, entry, whole=whole)
        except ConnectionAbortedError:
            await _cut_connection(send)
            return
        await response(scope, receive, send)

    return application


async def _cut_connection(send: Send) -> None:
    """Start a response and never end it: the web server then closes the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": _NEVER_SENT})


def _find_read_limit(server: ServerState) -> int:
    return max(_READ_AT_MOST, 2 * (server.profile.facts.body_limit_bytes or 0))


async def _read_body(request: Request, limit: int) -> tuple[bytes, bool]:
    """The body, and whether it is complete."""
    chunks = bytearray()
    try:
        async for chunk in request.stream():
            chunks += chunk
            if len(chunks) > limit:
                return b"", False
    except ClientDisconnect:
        return b"", False
    return bytes(chunks), True


def _respond(
    server: ServerState, request: Request, body: bytes, entry: str, *, whole: bool
) -> Response:
    call = _make_call(server, request, body, entry, whole=whole)
    effects = server.store.effects
    try:
        response = _make_response(call, respond(call))
    except ConnectionAbortedError:
        raise
    except Exception:  # noqa: BLE001  (the edge: nothing may get past it)
        # A client sees the error envelope; the log has the traceback.
        _log.exception("%s %s", call.method, call.path)
        refusal = Refusal("internal", "The request failed.", 500)
        response = _make_response(call, make_error(call, refusal))
    if call.identity is not None:
        server.effects_by[call.identity.id] += server.store.effects - effects
    server.requests.append(
        {
            "method": call.method,
            "path": call.path,
            "status": response.status_code,
            "at": server.clock.now(),
        }
    )
    return response


def _make_call(
    server: ServerState, request: Request, body: bytes, entry: str, *, whole: bool
) -> Call:
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    path = raw_path.split(b"?")[0].decode("latin-1")
    query: Pairs = tuple(
        parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    )
    headers: Pairs = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in request.scope["headers"]
    )
    naming = name_version(server.profile, request.method, path, query, headers)
    path = path if naming.refused else naming.path
    match = match_operation(server.profile.routes, request.method, path, headers)
    slash_ignored = server.profile.facts.requests.get("trailing_slash") == "ignored"
    if match == Match(None) and slash_ignored and path.endswith("/"):
        match = server.profile.routes.match(request.method, path.rstrip("/"))
    operation = match.operation
    rules = server.profile.rules[operation.id] if operation is not None else None
    peer, port = request.client or ("", 0)
    return Call(
        server,
        request.method,
        path,
        query,
        headers,
        body,
        peer,
        match,
        rules,
        naming,
        whole,
        entry=entry,
        port=port,
        version=request.scope["http_version"],
    )


def _make_response(call: Call, reply: Reply) -> Response:
    content = _encode_content(call, reply)
    fields = list(finish_headers(call, reply))
    if content and reply.media:
        media = name_in_media_type(call, reply.status, reply.media)
        fields.append(("Content-Type", media))
    bodiless = reply.status in {204, 304}
    if not bodiless:
        fields.append(("Content-Length", str(len(content))))
    shown = b"" if bodiless or call.method == "HEAD" else content
    response = Response(shown, reply.status)
    response.raw_headers = [
        (name.encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in call.server.variant.arrange(tuple(fields))
    ]
    return response


def _encode_content(call: Call, reply: Reply) -> bytes:
    if reply.value is MISSING:
        return reply.text.encode()
    return call.server.variant.encode(reply.value)
