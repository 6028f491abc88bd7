"""The media types in which a request can be sent, and a minimal file of each."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from apicheck.model.media_types import FORM, JSON, is_json, strip_parameters
from apicheck.model.operation import Media, Operation

OCTETS = "application/octet-stream"
_XML = ("application/xml", "text/xml", "application/*+xml")
_WITHIN = {"application": JSON, "text": "text/plain", "image": "image/png", "audio": "audio/wav"}
"""A range -> a media type within it that servers take."""

_FILES: Mapping[str, bytes] = {
    JSON: b"{}",
    OCTETS: b"example",
    "application/pdf": (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    ),
    "application/xml": b"<example/>",
    "application/zip": b"PK\x05\x06" + bytes(18),
    "audio/wav": b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0@\x1f\0\0\1\0\x08\0data\0\0\0\0",
    "image/gif": base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"),
    "image/png": base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E"
        "rkJggg=="
    ),
    "image/svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    "text/csv": b"name\r\nexample\r\n",
    "text/html": b"<!doctype html><title>example</title>",
    "text/plain": b"example",
}
_EXTENSIONS = {
    JSON: "json",
    "application/pdf": "pdf",
    "application/xml": "xml",
    "application/zip": "zip",
    "audio/wav": "wav",
    "image/gif": "gif",
    "image/png": "png",
    "image/svg+xml": "svg",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
}


def is_xml(media_type: str) -> bool:
    """Whether a body of this type is an XML document made of a value."""
    return strip_parameters(media_type) in _XML


def is_multipart(media_type: str) -> bool:
    """Whether a body of this type has parts."""
    return strip_parameters(media_type).startswith("multipart/")


def file_of(media_type: str) -> bytes | None:
    """A minimal file of a media type; None where none is known."""
    return _FILES.get(strip_parameters(media_type))


def extension_of(media_type: str) -> str:
    """The usual ending of a file's name."""
    return _EXTENSIONS.get(strip_parameters(media_type), "bin")


def concrete_type(media_type: str, *, text: bool, binary: bool) -> str:
    """A media type within a range: itself where it is none.

    text, binary: whether the body is text or bytes, by its schema.
    """
    name = strip_parameters(media_type)
    kind, _, subtype = name.partition("/")
    if "*" not in name:
        return media_type
    if subtype.startswith("*+"):
        return f"{kind if kind != '*' else 'application'}/vnd.apicheck{subtype[1:]}"
    if kind == "multipart":
        return "multipart/form-data"
    if kind not in ("*", "application"):
        return _WITHIN.get(kind, media_type)
    if binary or (text and kind == "application"):
        return OCTETS
    return "text/plain" if text else JSON


def rank_of(media_type: str) -> int:
    """How soon a media type is chosen of several: JSON first, what is seldom served last."""
    name = strip_parameters(media_type)
    wanted = (
        name == JSON,
        is_json(media_type),
        name == FORM,
        is_multipart(media_type),
        name == "text/plain",
        name == OCTETS,
        is_xml(media_type),
        True,
    )
    return wanted.index(True)


def accepted_types(operation: Operation) -> str:
    """The Accept field that asks for JSON where a success has several media types; else ""."""
    offered = [
        media.media_type
        for response in operation.responses
        if response.status.startswith("2")
        for media in response.media
        if "*" not in media.media_type
    ]
    best = min(offered, key=rank_of, default="")
    return f"{best}, */*;q=0.5" if len(set(offered)) > 1 and is_json(best) else ""


def find_media(offered: tuple[Media, ...], media_type: str) -> Media:
    """Find the Media Type Object that describes a body; an empty one where none does."""

    def distance(media: Media) -> int:
        key, wanted = strip_parameters(media.media_type), strip_parameters(media_type)
        kind = wanted.partition("/")[0]
        within = key in ("*/*", f"{kind}/*") or (
            key == f"{kind}/*+{wanted.rpartition('+')[2]}" and "+" in wanted
        )
        return 0 if media.media_type == media_type else 1 if key == wanted else 2 if within else 3

    best = min(offered, key=distance, default=None)
    return best if best is not None and distance(best) < 3 else Media(media_type, None)
