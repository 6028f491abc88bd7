"""Send one webhook over a connection of its own. It ends, whatever the receiver does."""

from __future__ import annotations

import asyncio
import ssl
from functools import cache
from urllib.parse import quote, urlencode, urlsplit

from apicheck.model.exchange import Pairs

_RESPONSE_LIMIT = 65_536
_NO_HOST = (".example", ".test", ".invalid")
"""Names under which there is never a host (RFC 6761, section 6): nothing is sent there."""


async def post(url: str, query: Pairs, headers: Pairs, body: bytes, timeout_s: float) -> int:
    """POST a body; the status of the response, 0 if none came in time. Redirects end there."""
    try:
        async with asyncio.timeout(timeout_s):
            return await _post(url, query, headers, body)
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return 0


async def _post(url: str, query: Pairs, headers: Pairs, body: bytes) -> int:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    if host.endswith(_NO_HOST):
        return 0
    port = parts.port or (443 if secure else 80)
    target = parts.path or "/"
    asked = "&".join(part for part in (parts.query, urlencode(query, quote_via=quote)) if part)
    lines = [
        f"POST {target}{'?' + asked if asked else ''} HTTP/1.1",
        f"Host: {parts.netloc.rpartition('@')[2]}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers),
    ]
    context = _trust() if secure else None
    reader, writer = await asyncio.open_connection(host, port, ssl=context, limit=_RESPONSE_LIMIT)
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        await writer.drain()
        status = (await reader.readuntil(b"\r\n")).split(b" ", 2)
        return int(status[1]) if len(status) > 1 and status[1].isdigit() else 0
    finally:
        writer.close()


@cache
def _trust() -> ssl.SSLContext:
    """The host's certificates; reading them takes long enough to do it once."""
    return ssl.create_default_context()
