"""Turns a request with placeholders into the bytes that go over the wire."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from apicheck import __version__
from apicheck.model.exchange import Request
from apicheck.model.subject import UNIQUE
from apicheck.probe.placeholders import Place, expand, placeholders_in
from apicheck.probe.wire import Origin, WireRequest

_UNIQUE_FORMS = (UNIQUE, quote(UNIQUE, safe=":"), quote(UNIQUE, safe=""))
_UNIQUE_BYTES = tuple(form.encode() for form in _UNIQUE_FORMS)
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_WITH_LENGTH = ("POST", "PUT", "PATCH")
_ESCAPE = "surrogateescape"


def serialize_request(request: Request, origin: Origin, secrets: Mapping[str, str]) -> WireRequest:
    """A request with its secrets, as it goes over the wire."""
    target = origin.path + expand(request.wire_target, secrets, Place.URL)
    headers = [("Host", origin.authority), *_list_defaults(request)]
    headers += [
        (name, _encode_credential(name, value, expand(value, secrets)))
        for name, value in request.wire_headers
    ]
    body = _expand_body(request, secrets)
    if body is not None or request.method in _WITH_LENGTH:
        headers.append(("Content-Length", str(len(body or b""))))
    fields = tuple((_encode_field(name), _encode_field(value)) for name, value in headers)
    written = quote(target, safe=_PRINTABLE).encode()
    return WireRequest(request.method, written, fields, body, request.version or "1.1")


def serialize_bytes(raw: bytes, secrets: Mapping[str, str]) -> bytes:
    """Put the secrets into raw bytes."""
    return expand(raw.decode("utf-8", _ESCAPE), secrets).encode("utf-8", _ESCAPE)


def with_unique(request: Request, value: str) -> Request:
    """Put a value into a request wherever a unique one is wanted."""
    body = request.body
    return replace(
        request,
        path=_replace_unique(request.path, value),
        query=tuple((name, _replace_unique(text, value)) for name, text in request.query),
        headers=tuple((name, _replace_unique(text, value)) for name, text in request.headers),
        body=None if body is None else with_unique_bytes(body, value),
    )


def with_unique_bytes(data: bytes, value: str) -> bytes:
    """Put a value into bytes wherever a unique one is wanted."""
    if not any(form in data for form in _UNIQUE_BYTES):
        return data
    return _replace_unique(data.decode("utf-8", _ESCAPE), value).encode("utf-8", _ESCAPE)


def _replace_unique(text: str, value: str) -> str:
    for form in _UNIQUE_FORMS:
        text = text.replace(form, value)
    return text


def with_host(raw: bytes, authority: str) -> bytes:
    """Add a Host field to a raw request without one: no check knows the target's address."""
    head, _, _ = raw.partition(b"\r\n\r\n")
    first, newline, rest = raw.partition(b"\r\n")
    if not newline or b"\r\nhost:" in head.lower() or not first.endswith(b"HTTP/1.1"):
        return raw
    return first + b"\r\nHost: " + authority.encode() + b"\r\n" + rest


def _expand_body(request: Request, secrets: Mapping[str, str]) -> bytes | None:
    body = request.body
    if body is None or b"APICHECK_" not in body:
        return body
    media = request.header("Content-Type") or ""
    place = Place.PLAIN
    if "json" in media:
        place = Place.JSON
    elif "urlencoded" in media:
        place = Place.URL
    return expand(body.decode("utf-8", _ESCAPE), secrets, place).encode("utf-8", _ESCAPE)


def _list_defaults(request: Request) -> list[tuple[str, str]]:
    """The usual fields of a client, except those that the request has."""
    given = {name.lower() for name, _ in request.wire_headers}
    client = (
        ("User-Agent", f"apicheck/{__version__}"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
    )
    return [pair for pair in client if pair[0].lower() not in given]


def _encode_credential(name: str, written: str, value: str) -> str:
    """Encode credentials that are written `Basic id:secret` in base64 (RFC 7617)."""
    scheme, _, rest = value.partition(" ")
    is_basic = name.lower() == "authorization" and scheme.lower() == "basic"
    if is_basic and ":" in rest and placeholders_in(written):
        return f"{scheme} {base64.b64encode(rest.encode()).decode()}"
    return value


def _encode_field(text: str) -> bytes:
    """Encode a header field in Latin-1 where possible (RFC 9110 section 5.5), else in UTF-8."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
