"""Send one webhook over a connection of its own. It ends, whatever the receiver does."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlencode, urlsplit

from apicheck.model.exchange import Pairs
from reference_server.seam import seam

_RESPONSE_LIMIT = 65_536
_NO_HOST = (".example", ".test", ".invalid")
"""Names under which there is never a host (RFC 6761, section 6): nothing is sent there."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery as it goes out. query: added to that of the URL."""

    url: str
    method: str
    query: Pairs
    headers: Pairs
    body: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """What a receiver made of a delivery. status: 0 without a response. location: of a redirect.

    refused: it accepted no connection.
    """

    status: int
    location: str = ""
    timed_out: bool = False
    refused: bool = False


@seam
def finish_delivery(outgoing: Outgoing) -> Outgoing:
    """Complete a delivery: an honest server sends it as it was written."""
    return outgoing


async def send(outgoing: Outgoing, limit: asyncio.Timeout) -> Received:
    """Send a delivery and read how its response begins. Redirects end here."""
    try:
        async with limit:
            return await _send(outgoing)
    except TimeoutError:
        return Received(0, timed_out=True)
    except ConnectionRefusedError:
        return Received(0, refused=True)
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return Received(0)


async def _send(outgoing: Outgoing) -> Received:
    parts = urlsplit(outgoing.url)
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    if host.endswith(_NO_HOST):
        return Received(0)
    port = parts.port or (443 if secure else 80)
    target = parts.path or "/"
    given = urlencode(outgoing.query, quote_via=quote)
    asked = "&".join(part for part in (parts.query, given) if part)
    lines = [
        f"{outgoing.method} {target}{'?' + asked if asked else ''} HTTP/1.1",
        f"Host: {parts.netloc.rpartition('@')[2]}",
        f"Content-Length: {len(outgoing.body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in outgoing.headers),
    ]
    context = _trust() if secure else None
    reader, writer = await asyncio.open_connection(host, port, ssl=context, limit=_RESPONSE_LIMIT)
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + outgoing.body)
        await writer.drain()
        start = (await reader.readuntil(b"\r\n")).split(b" ", 2)
        status = int(start[1]) if len(start) > 1 and start[1].isdigit() else 0
        return Received(status, await _read_location(reader) if 300 <= status < 400 else "")
    finally:
        writer.close()


async def _read_location(reader: asyncio.StreamReader) -> str:
    while line := (await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        if name.lower() == "location":
            return value.strip()
    return ""


@cache
def _trust() -> ssl.SSLContext:
    """The host's certificates; reading them takes long enough to do it once."""
    return ssl.create_default_context()
