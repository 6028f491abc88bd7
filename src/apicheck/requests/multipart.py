"""Encode bodies of several parts (multipart/form-data, RFC 7578)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apicheck.model.json import MISSING, Json
from apicheck.model.media_types import JSON, is_json
from apicheck.model.operation import Encoding, Media
from apicheck.requests.media_types import concrete_type, extension_of
from apicheck.requests.parameters import write_header, write_text


@dataclass(frozen=True, slots=True)
class _Part:
    heading: str
    content: bytes


def encode_form_data(
    body: Mapping[str, Json], media: Media, media_type: str = ""
) -> tuple[bytes, str]:
    """Encode a body: its parts, and the Content-Type with their boundary.

    A member that the document declares a file has a file name and a media type. Every other
    member is text, or else JSON; the items of a list are parts of the same name. media_type:
    default that of the media.
    """
    parts = [part for name, value in body.items() for part in _list_parts(name, value, media)]
    boundary = "apicheck-part"
    while any(boundary.encode() in part.content for part in parts):
        boundary += "-x"
    whole = b"".join(
        f"--{boundary}\r\n{part.heading}\r\n".encode() + part.content + b"\r\n" for part in parts
    )
    kind = (media_type or media.media_type).partition(";")[0].strip()
    return whole + f"--{boundary}--\r\n".encode(), f"{kind}; boundary={boundary}"


def _list_parts(name: str, value: Json, media: Media) -> Iterator[_Part]:
    how = media.encoding.get(name, Encoding())
    if isinstance(value, list) and not is_json(how.media_type):
        for item in value:
            yield from _list_parts(name, item, media)
    elif value is not None:
        yield _Part(_write_heading(name, value, media, how), _write_content(value, how))


def _write_heading(name: str, value: Json, media: Media, how: Encoding) -> str:
    disposition = f'Content-Disposition: form-data; name="{_quote(name)}"'
    kind = media.files.get(name)
    if kind is not None:
        kind = concrete_type(kind, text=False, binary=True)
        disposition += f'; filename="{_quote(name)}.{extension_of(kind)}"'
    else:
        kind = how.media_type or (JSON if isinstance(value, Mapping) else "")
    fields = [disposition, *([f"Content-Type: {kind}"] if kind else [])]
    fields += [
        f"{header.name}: {write_header(header, header.example)}"
        for header in how.headers
        if header.example not in (MISSING, None) and header.name.lower() != "content-type"
    ]
    return "".join(f"{field}\r\n" for field in fields)


def _quote(name: str) -> str:
    """Write a name inside quotation marks as browsers do (RFC 7578, section 2)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _write_content(value: Json, how: Encoding) -> bytes:
    if isinstance(value, bytes):
        return value
    if is_json(how.media_type):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return write_text(value).encode()
