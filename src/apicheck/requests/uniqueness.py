"""Find the members of a body that no two objects may share, and make them different."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.model.json import Json, at, child_pointer, with_value
from apicheck.model.subject import UNIQUE
from apicheck.requests.flattening import flatten_schema
from apicheck.requests.naming import fits, make_new_text
from apicheck.requests.nouns import plain


def unique_places(document: Json, schema: Json, body: Json, pointer: str = "") -> Iterator[str]:
    """JSON Pointers to the strings in a body that no two objects may share.

    These are the strings with `x-unique` in their schema, and e-mail addresses.
    """
    whole = flatten_schema(document, schema)
    if isinstance(body, str):
        if whole.get("x-unique") or whole.get("format") == "email":
            yield pointer
    elif isinstance(body, Mapping):
        for name, inner in whole.get("properties", {}).items():
            if name in body:
                yield from unique_places(document, inner, body[name], child_pointer(pointer, name))
    elif isinstance(body, list):
        for index, item in enumerate(body):
            inner = whole.get("items", {})
            yield from unique_places(document, inner, item, child_pointer(pointer, index))


def with_unique(body: Json, pointer: str) -> Json:
    """Make the string at a pointer different in every request."""
    return with_value(body, pointer, _make_unique(at(body, pointer)))


def with_new_id(document: Json, schema: Json, body: Json, name: str) -> Json:
    """Make a member different in every request, as its client chooses an id with it."""
    if not isinstance(body, Mapping):
        return body
    for member, value in body.items():
        if not isinstance(value, str) or UNIQUE in value or plain(member) != plain(name):
            continue
        properties = flatten_schema(document, schema).get("properties") or {}
        inner = flatten_schema(document, properties.get(member, {}))
        made = make_new_text(value, member)
        if not {"enum", "const"} & set(inner) and fits(made, inner):
            return {**body, member: made}
    return body


def _make_unique(text: str) -> str:
    if UNIQUE in text:
        return text
    name, at_sign, domain = text.partition("@")
    if at_sign:
        return f"{name.partition('+')[0]}+{UNIQUE}@{domain}"
    if "://" in text:
        return f"{text.rstrip('/')}/{UNIQUE}"
    return f"{text}-{UNIQUE}"
