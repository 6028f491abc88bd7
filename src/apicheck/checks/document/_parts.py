"""Parts of an OpenAPI document, as they may be written."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from apicheck.authoring import Failure
from apicheck.authoring.document import Spec

WHOLE = ""
"""The subject of a result that is about the document, and about no operation."""


def read_member(spec: Spec, *names: str) -> str:
    """A text somewhere below the top of the document; "" where there is none."""
    value: object = spec.document
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value.strip() if isinstance(value, str) else ""


def compare_url(written: str, promised: str, place: str) -> Failure | None:
    """How a URL of the document differs from the promised one, of which only a host may be named.

    promised: "" for any URL. place: its JSON Pointer, for the message.
    """
    if not written:
        return Failure("missing", f"{promised or 'a URL'} in {place}", "none", place)
    if not promised or _name(written, whole="://" in promised) == promised.rstrip("/").lower():
        return None
    return Failure("differs", f"{promised} in {place}", written, place)


def _name(url: str, *, whole: bool) -> str:
    """A URL without its final slash, or its host alone."""
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname
    except ValueError:  # brackets that hold no IPv6 address
        host = ""
    return url.rstrip("/").lower() if whole else host or ""
