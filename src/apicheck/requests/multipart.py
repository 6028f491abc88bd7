"""Encode bodies of several parts (multipart/form-data, RFC 7578)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from apicheck.model.json import Json
from apicheck.model.operation import Media

_EXTENSIONS = {
    "application/json": "json",
    "application/pdf": "pdf",
    "image/png": "png",
    "text/csv": "csv",
    "text/plain": "txt",
}


def encode_form_data(body: Mapping[str, Json], media: Media) -> tuple[bytes, str]:
    """Encode a body: its parts, and the Content-Type with their boundary.

    A member that the document declares a file has a file name and a media type. Every other
    member is text, or else JSON.
    """
    texts = {name: _write_text(value) for name, value in body.items()}
    boundary = "apicheck-part"
    while any(boundary in text for text in texts.values()):
        boundary += "-x"
    parts = (
        f"--{boundary}\r\n{_write_heading(name, media)}\r\n{text}\r\n"
        for name, text in texts.items()
    )
    whole = f"{''.join(parts)}--{boundary}--\r\n"
    return whole.encode(), f"{media.media_type}; boundary={boundary}"


def _write_heading(name: str, media: Media) -> str:
    disposition = f'Content-Disposition: form-data; name="{_quote(name)}"'
    kind = media.files.get(name)
    if kind is None:
        return f"{disposition}\r\n"
    file_name = f"{_quote(name)}.{_EXTENSIONS.get(kind, 'bin')}"
    return f'{disposition}; filename="{file_name}"\r\nContent-Type: {kind}\r\n'


def _quote(name: str) -> str:
    """Write a name inside quotation marks as browsers do (RFC 7578, section 2)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _write_text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
