"""Encode forms (application/x-www-form-urlencoded) as the document's `encoding` says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

from apicheck.model.exchange import Pairs
from apicheck.model.json import MISSING, Json
from apicheck.model.media_types import is_json
from apicheck.model.operation import Encoding, Media, Parameter
from apicheck.requests.parameters import write_query, write_text

_PLACEHOLDERS = "$[]:~()"


def encode_form(body: Mapping[str, Json], media: Media) -> bytes:
    """Encode a form. Members that are null are left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in body.items():
        pairs.extend(_list_pairs(name, value, media.encoding.get(name, Encoding())))
    return encode_pairs(tuple(pairs))


def encode_pairs(pairs: Pairs) -> bytes:
    """Encode names and values; placeholders for secrets stay as they are."""
    return urlencode(pairs, safe=_PLACEHOLDERS, quote_via=quote).encode()


def _list_pairs(name: str, value: Json, how: Encoding) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if how.style or how.explode is not None:
        style = Parameter(name, "query", False, None, MISSING, how.style, how.explode)
        yield from write_query(style, value)
    elif is_json(how.media_type):
        yield name, json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    elif isinstance(value, list):
        yield from ((name, write_text(item)) for item in value if item is not None)
    else:
        yield name, write_text(value)
