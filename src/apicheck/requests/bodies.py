"""Make the body of a request, and encode it in its media type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apicheck.model.json import MISSING, Json
from apicheck.model.media_types import FORM, JSON, is_json, strip_parameters
from apicheck.model.operation import Media, Operation, Spec
from apicheck.requests.alter import encode_json
from apicheck.requests.flattening import flatten_schema, kind_of
from apicheck.requests.forms import encode_form
from apicheck.requests.media_types import (
    concrete_type,
    file_of,
    find_media,
    is_multipart,
    is_xml,
    rank_of,
)
from apicheck.requests.multipart import encode_form_data
from apicheck.requests.sampling import complete, sample
from apicheck.requests.strings import DrawText, draw_no_text
from apicheck.requests.xml_documents import write_xml

DrawBody = Callable[[Mapping[str, Json], str, str, str], Json]
"""Draws a body: (document, method, path, prefix of the first server) -> a body, or MISSING."""


def draw_no_body(*_: object) -> Json:
    """Draw no body: none can be drawn here."""
    return MISSING


@dataclass(frozen=True, slots=True)
class Draws:
    """Draw what no plain value fits."""

    body: DrawBody = draw_no_body
    text: DrawText = draw_no_text


DRAWS_NOTHING = Draws()

_CHANGING = ("POST", "PUT", "PATCH")
_YAML = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")
_LINES = (
    "application/jsonl",
    "application/x-jsonlines",
    "application/x-ndjson",
    "application/ndjson",
)


@dataclass(frozen=True, slots=True)
class Body:
    """A body before it is encoded. media_type "": the request has none. origin: as of a recipe."""

    value: Json = None
    media_type: str = ""
    origin: str = "example"


def make_body(spec: Spec, operation: Operation, draws: Draws) -> Body | str:
    """Make the body of an operation's request, in the first media type that allows it.

    A body that is not required is made where the schema of a request that changes something has
    members: many servers demand it all the same. Returns the reason where a required body cannot
    be made.
    """
    reasons: list[str] = []
    for media in sorted(operation.body, key=lambda one: rank_of(_choose_type(spec, one))):
        if operation.body_required or media.examples or _has_members(spec, operation, media):
            made = _make(spec, operation, media, draws)
            if isinstance(made, Body):
                return made
            reasons.append(made)
    return reasons[0] if reasons and operation.body_required else Body()


def usual_type(spec: Spec, operation: Operation) -> str:
    """The media type in which an operation's body is sent, whatever it holds; JSON for none."""
    types = [_choose_type(spec, media) for media in operation.body]
    return min(types, key=rank_of, default=JSON)


def _has_members(spec: Spec, operation: Operation, media: Media) -> bool:
    whole = flatten_schema(spec.document, media.schema)
    keys = ("properties", "oneOf", "anyOf", "items", "patternProperties", "minProperties")
    return operation.method in _CHANGING and any(whole.get(key) for key in keys)


def _choose_type(spec: Spec, media: Media) -> str:
    whole = flatten_schema(spec.document, media.schema)
    text = kind_of(whole) == "string"
    binary = whole.get("format") == "binary" or "contentMediaType" in whole
    return concrete_type(media.media_type, text=text and not binary, binary=binary)


def _make(spec: Spec, operation: Operation, media: Media, draws: Draws) -> Body | str:
    media_type = _choose_type(spec, media)
    if "*" in media_type:
        return f"nothing says which {media_type} it takes"
    if media.examples:
        example = media.examples[0]
        if _is_structured(media_type) and not (is_xml(media_type) and isinstance(example, str)):
            example = complete(spec.document, media.schema, example)
        return Body(example, media_type, "example")
    if not _is_structured(media_type):
        return _make_text(spec, media, media_type, draws)
    members = 1 if operation.method in _CHANGING else 0
    body: Json = {}
    if media.schema not in (None, True, {}):
        body = sample(spec.document, media.schema, members=members, draw_text=draws.text)
    if body is MISSING and is_json(media_type):
        body = draws.body(
            spec.document, operation.method, operation.path + operation.suffix, spec.prefix
        )
    if body is MISSING:
        return "its body has no example"
    if is_multipart(media_type) and isinstance(body, Mapping):
        body = {name: _with_file(media, name, value) for name, value in body.items()}
    if is_xml(media_type) and write_xml(spec.document, media.schema, body) is None:
        return f"nothing says which element its body of {media_type} is"
    return Body(body, media_type, "schema")


def _make_text(spec: Spec, media: Media, media_type: str, draws: Draws) -> Body | str:
    whole = flatten_schema(spec.document, media.schema)
    content: Json = file_of(media_type)
    if content is None and kind_of(whole) == "string" and whole.get("format") != "binary":
        content = sample(spec.document, media.schema, draw_text=draws.text)
    if content in (None, MISSING) or kind_of(whole) not in ("", "string"):
        return f"its body of {media_type} has no example"
    return Body(content, media_type, "schema")


def _with_file(media: Media, name: str, value: Json) -> Json:
    """A minimal file in place of what was made of a file's schema."""
    kind = media.files.get(name)
    if kind is None:
        return value
    content = file_of(concrete_type(kind, text=False, binary=True))
    if content is None:
        return value
    return [content] * len(value) if isinstance(value, list) else content


def _is_structured(media_type: str) -> bool:
    """Whether a body of this type is written from a value with members."""
    kind = strip_parameters(media_type)
    return (
        is_json(kind) or kind == FORM or is_multipart(kind) or is_xml(kind)
        or kind in _YAML or kind in _LINES
    )  # fmt: skip


def encode_body(
    document: Json, operation: Operation, body: Json, media_type: str
) -> tuple[bytes | None, str]:
    """Encode a body: (content, Content-Type); the Content-Type is "" for no body."""
    if not media_type:
        return None, ""
    media = find_media(operation.body, media_type)
    if isinstance(body, bytes):
        return body, media_type
    if isinstance(body, Mapping) and strip_parameters(media_type) == FORM:
        return encode_form(body, media), media_type
    if isinstance(body, Mapping) and is_multipart(media_type):
        return encode_form_data(body, media, media_type)
    if isinstance(body, str) and not is_json(media_type):
        return body.encode(), media_type
    if is_xml(media_type) and (written := write_xml(document, media.schema, body)) is not None:
        return written, media_type
    if strip_parameters(media_type) in _LINES:
        lines = body if isinstance(body, list) else [body]
        return b"".join(encode_json(line) + b"\n" for line in lines), media_type
    return encode_json(body), media_type
