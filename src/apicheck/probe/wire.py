"""Requests and responses as bytes, with their secrets. Never recorded."""

from __future__ import annotations

import re
import ssl
import zlib
from dataclasses import dataclass

from apicheck.model.exchange import TransportError, TransportErrorKind

BODY_CAP = 256 * 1024
"""How many bytes of a body are kept; the connection is closed at the first one beyond."""

HEADERS_CAP = 64 * 1024
"""A response whose header section is longer is a protocol error."""

_FIT_FOR_A_LIBRARY = re.compile(
    rb"(?:[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)?"
)
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAKS = re.compile(rb"[\r\n\x00]")

RawHeaders = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a connection goes, and the path that begins every request target."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def authority(self) -> str:
        """The value of a Host field: with the port only where it is not the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}.get(self.scheme)
        return host if self.port == usual else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


@dataclass(frozen=True, slots=True)
class ProxyRoute:
    """A proxy on the way to an origin. headers: its own, with the credentials for it.

    login: user and password for a SOCKS proxy, with a colon between them; empty for none.
    """

    origin: Origin
    context: ssl.SSLContext | None = None
    headers: RawHeaders = ()
    login: bytes = b""

    @property
    def speaks_socks(self) -> bool:
        """Whether it passes on bytes of any protocol."""
        return self.origin.scheme.startswith("socks")


@dataclass(frozen=True, slots=True)
class Route:
    """How an origin is reached: by TLS with a context, and through a proxy."""

    origin: Origin
    context: ssl.SSLContext | None = None
    proxy: ProxyRoute | None = None

    @property
    def tunnelled(self) -> bool:
        """Whether the proxy passes bytes on as they are; otherwise it reads the requests."""
        if self.proxy is None:
            return False
        return self.proxy.speaks_socks or self.context is not None


HTTP_2 = "2"


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request, complete. target: path and query, percent-encoded.

    version: of HTTP; "2" where the server offers it, and 1.1 otherwise.
    """

    method: str
    target: bytes
    headers: RawHeaders
    body: bytes | None = None
    version: str = "1.1"

    @property
    def sendable(self) -> bool:
        """Whether every field fits into one line."""
        return not any(
            _BREAKS.search(name) or _BREAKS.search(value) for name, value in self.headers
        )

    @property
    def plain(self) -> bool:
        """Whether an HTTP library sends it unchanged: not 1.0, no stray space, legal names."""
        fits = (
            self.version in ("1.1", HTTP_2) and _TOKEN.fullmatch(self.method.encode()) is not None
        )
        return fits and all(
            _TOKEN.fullmatch(name) and _FIT_FOR_A_LIBRARY.fullmatch(value)
            for name, value in self.headers
        )

    def encode(self) -> bytes:
        """The request as HTTP/1 writes it."""
        version = "1.1" if self.version == HTTP_2 else self.version
        words = (self.method.encode(), self.target, version.encode())
        lines = [b"%s %s HTTP/%s" % words]
        lines += [b"%s: %s" % pair for pair in self.headers]
        return b"\r\n".join((*lines, b"", self.body or b""))


@dataclass(frozen=True, slots=True)
class WireResponse:
    """One response, as received; the body is decompressed and capped.

    unasked: bytes came behind it that no request asked for. tls_version: of the connection, where
    it was one for this exchange alone; "" otherwise.
    """

    status: int
    reason: bytes
    headers: RawHeaders
    body: bytes
    truncated: bool
    unasked: bool = False
    tls_version: str = ""

    def first_field(self, name: bytes) -> bytes:
        """The first value of a field, b"" when there is none."""
        return next((value for key, value in self.headers if key.lower() == name), b"")

    def join_head(self) -> bytes:
        """Join the parts of the head, to be searched."""
        return b"\n".join((self.reason, *(part for pair in self.headers for part in pair)))

    def join_parts(self) -> bytes:
        """Join all parts, to be searched."""
        return b"\n".join((self.join_head(), self.body))


WireResult = WireResponse | TransportError


_GZIP = (b"gzip", b"x-gzip")


class BodyReader:
    """Collects a body up to the cap, decompressing as it comes. `full`: no more is kept.

    The members of a gzip body are read as one (RFC 1952 section 2.2).
    """

    def __init__(self, encoding: bytes, cap: int = BODY_CAP) -> None:
        self._cap = cap
        self._encoding = encoding.strip().lower()
        self._decoder = _build_decoder(self._encoding)
        self._member = 1
        self._kept = bytearray()
        self.full = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Those that are not in their encoding are kept as they came."""
        while data and not self.full:
            data = self._read_member(data)

    def _read_member(self, data: bytes) -> bytes:
        """Take the bytes of one member. Returns those behind its end."""
        room = self._cap + 1 - len(self._kept)
        decoder, rest = self._decoder, b""
        if decoder is not None and decoder.eof:
            if self._encoding not in _GZIP:
                return b""
            self._decoder = _build_decoder(self._encoding)
            self._member += 1
            return data
        if decoder is not None:
            try:
                data, rest = decoder.decompress(data, room), decoder.unused_data
            except zlib.error:
                if self._member > 1:
                    return b""  # padding behind the last member
                self._decoder = None
        self._kept += data[:room]
        self.full = len(self._kept) > self._cap
        return rest

    @property
    def body(self) -> bytes:
        """The body, or its beginning."""
        return bytes(self._kept[: self._cap])


def _build_decoder(encoding: bytes) -> zlib._Decompress | None:
    if encoding in _GZIP:
        return zlib.decompressobj(wbits=31)
    return zlib.decompressobj() if encoding == b"deflate" else None


def make_transport_error(kind: TransportErrorKind, message: object) -> TransportError:
    """Make a transport error with a message that is never empty and never long."""
    return TransportError(kind, " ".join(str(message).split())[:300] or kind.value)
