"""Media types (RFC 9110, section 8.3.1)."""

from __future__ import annotations

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def strip_parameters(media_type: str) -> str:
    """A media type without parameters such as `charset`, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Whether a body of this type is one JSON text."""
    return strip_parameters(media_type).endswith(("/json", "+json"))
