"""Bodies of several parts (multipart/form-data, RFC 7578)."""

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
    """The parts of a body, and the Content-Type that names their boundary.

    A member that the document says is a file is sent with a file name and its media type, any
    other as text; what is neither text nor a number is JSON.
    """
    texts = {name: _text(value) for name, value in body.items()}
    boundary = "apicheck-part"
    while any(boundary in text for text in texts.values()):
        boundary += "-x"
    parts = (
        f"--{boundary}\r\n{_heading(name, media)}\r\n{text}\r\n" for name, text in texts.items()
    )
    whole = f"{''.join(parts)}--{boundary}--\r\n"
    return whole.encode(), f"{media.media_type}; boundary={boundary}"


def _heading(name: str, media: Media) -> str:
    disposition = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    kind = media.files.get(name)
    if kind is None:
        return f"{disposition}\r\n"
    file_name = f"{_quoted(name)}.{_EXTENSIONS.get(kind, 'bin')}"
    return f'{disposition}; filename="{file_name}"\r\nContent-Type: {kind}\r\n'


def _quoted(name: str) -> str:
    """A name inside quotation marks, as browsers write it (RFC 7578, section 2)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
