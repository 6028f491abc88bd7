"""Replace one part of a request."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote

from apicheck.model.exchange import Request
from apicheck.model.json import MISSING, Json, at, child_pointer, tokens, with_value
from apicheck.model.media_types import FORM, is_json, strip_parameters
from apicheck.model.operation import Operation
from apicheck.model.subject import Recipe
from apicheck.requests.forms import encode_pairs
from apicheck.requests.parameters import (
    belongs_to,
    escape_cookies,
    find_parameter,
    with_cookies,
    write_text,
)

_OWN_FIELDS = frozenset({"accept", "authorization", "content-type", "cookie", "host"})


@dataclass(frozen=True, slots=True)
class Part:
    """One part.

    place: path, query, header, cookie or body. name: of a parameter, or a JSON Pointer.
    """

    place: str
    name: str

    def __str__(self) -> str:
        return f"{self.place} {self.name or '(whole)'}"


def parts_of(operation: Operation, recipe: Recipe, kept: frozenset[str]) -> tuple[Part, ...]:
    """Every part that an operation's request has or, by the document, may have.

    kept: parameters that are not replaced (those that name the tenant).
    """
    parameters = [
        Part(parameter.place, parameter.name)
        for parameter in operation.parameters
        if parameter.place in ("path", "query", "header", "cookie")
        and parameter.name not in kept
        and not (parameter.place == "header" and parameter.name.lower() in _OWN_FIELDS)
        and (parameter.place != "path" or "{" + parameter.name + "}" in operation.path)
    ]
    if is_json(recipe.media_type):
        return (*parameters, *(Part("body", pointer) for pointer in _list_pointers(recipe.body)))
    if strip_parameters(recipe.media_type) == FORM and isinstance(recipe.body, Mapping):
        return (*parameters, *(Part("body", child_pointer("", name)) for name in recipe.body))
    return tuple(parameters)


def _list_pointers(body: Json, pointer: str = "", depth: int = 2) -> Iterator[str]:
    """Pointers to a body, to its members and to theirs."""
    yield pointer
    if isinstance(body, Mapping) and depth > 0:
        for name, inner in body.items():
            yield from _list_pointers(inner, child_pointer(pointer, name), depth - 1)


def part_accepts(part: Part, value: Json) -> bool:
    """Whether a part can carry a value and the request stays one of the same operation.

    A segment that is empty or only dots makes another path; a header field has one line.
    """
    if part.place == "body":
        return True
    text = value if isinstance(value, str) else json.dumps(value)
    if part.place == "path":
        return text.strip(".") != ""
    return part.place == "query" or (text.isprintable() and text == text.strip() and bool(text))


def with_part(request: Request, operation: Operation, part: Part, value: Json) -> Request:
    """Replace the value of one part; MISSING omits the part.

    A value that is no text is written as JSON where text belongs. Raises ValueError for a part
    that the request does not have, and for a body that is neither JSON nor a form.
    """
    if part.place == "body":
        return _with_member(request, part.name, value)
    text = value if isinstance(value, str) or value is MISSING else json.dumps(value)
    if part.place == "path":
        return replace(request, path=_with_segment(request.path, operation, part.name, text))
    pairs = () if text is MISSING else ((part.name, text),)
    if part.place == "cookie":
        return with_cookies(request, part.name, escape_cookies(pairs))
    if part.place == "header":
        return request.with_header(part.name, *(value for _, value in pairs))
    parameter = find_parameter(operation, "query", part.name)
    kept = tuple(pair for pair in request.query if not belongs_to(parameter, pair[0]))
    return replace(request, query=(*kept, *pairs))


def _with_segment(path: str, operation: Operation, name: str, text: str) -> str:
    template, segments = operation.path.split("/"), path.split("/")
    marker = "{" + name + "}"
    if len(template) != len(segments) or not any(marker in one for one in template):
        raise ValueError(f"{path} has no part {name}")
    coded = find_parameter(operation, "path", name).mark + quote(text, safe="")
    return "/".join(
        coded if wanted == marker else segment
        for wanted, segment in zip(template, segments, strict=True)
    )


def _with_member(request: Request, pointer: str, value: Json) -> Request:
    media = media_type_of(request)
    if media == FORM:
        pairs = parse_qsl((request.body or b"").decode(), keep_blank_values=True)
        name = pointer.strip("/")
        kept = [pair for pair in pairs if pair[0].partition("[")[0] != name]  # where[city]=Graz
        changed = kept if value is MISSING else [*kept, (name, write_text(value))]
        return replace(request, body=encode_pairs(tuple(changed)))
    if not is_json(media):
        raise ValueError(f"a body of {media or 'no media type'} has no members")
    whole = json.loads(request.body or b"null")
    made = without_value(whole, pointer) if value is MISSING else with_value(whole, pointer, value)
    return replace(request, body=encode_json(made))


def media_type_of(request: Request) -> str:
    """The media type of a request's body, without parameters, in lower case."""
    return strip_parameters(request.header("Content-Type") or "")


def encode_json(value: Json) -> bytes:
    """Encode a value as JSON in UTF-8; characters that UTF-8 cannot encode are escaped.

    YAML 1.2 has JSON inside it.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def without_value(document: Json, pointer: str) -> Json:
    """Omit the member at a JSON Pointer from a document."""
    head, _, last = pointer.rpartition("/")
    parent = at(document, head)
    (key,) = tokens(f"/{last}")
    if not isinstance(parent, Mapping):
        return document
    return with_value(document, head, {k: inner for k, inner in parent.items() if k != key})
