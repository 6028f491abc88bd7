"""Makes the body of a request from the parameters that Swagger 2.0 has for it."""

from __future__ import annotations

from collections.abc import Sequence

from apicheck.load.swagger_parts import PartWriter, Written, find_example
from apicheck.model.json import MISSING, Json, child_pointer, members_of
from apicheck.model.media_types import FORM, JSON

_MULTIPART = "multipart/form-data"


def list_types(written: Json) -> tuple[str, ...]:
    """The texts of a list, each once."""
    texts = [one for one in written if isinstance(one, str)] if isinstance(written, list) else []
    return tuple(dict.fromkeys(texts))


def write_body(
    parts: PartWriter, parameters: Sequence[Written], types: tuple[str, ...], now: str
) -> Json:
    """A Request Body Object; None where no parameter is of a body. types: what is consumed."""
    bodies = [one for one in parameters if one.node.get("in") == "body"]
    fields = [one for one in parameters if one.node.get("in") == "formData"]
    if bodies and fields:
        parts.remarks.add(fields[0].place, "a form field beside a body: it is not sent")
    if bodies:
        return _write_whole(parts, bodies[0], types, now)
    return _write_form(parts, fields, types, now) if fields else None


def _write_whole(parts: PartWriter, body: Written, types: tuple[str, ...], now: str) -> Json:
    node, place = body.node, body.node_place
    parts.moves.add(now, place)
    forms = (FORM, _MULTIPART)
    of_body = [one for one in types if one.partition(";")[0] not in forms] or types or (JSON,)
    media = {"schema": parts.write_schema(node["schema"])} if "schema" in node else {}
    examples = members_of(node.get("x-examples"))
    content: dict[str, Json] = {}
    for media_type in of_body:
        example = examples.get(media_type, find_example(node))
        content[media_type] = media if example is MISSING else {**media, "example": example}
        parts.moves.add(f"{child_pointer(f'{now}/content', media_type)}", place)
        parts.moves.add(f"{child_pointer(f'{now}/content', media_type)}/schema", f"{place}/schema")
    return _describe(node) | {"content": content, "required": node.get("required") is True}


def _write_form(
    parts: PartWriter, fields: Sequence[Written], types: tuple[str, ...], now: str
) -> Json:
    parts.moves.add(now, fields[0].node_place)
    schema: dict[str, Json] = {"type": "object", "properties": {}}
    encoding: dict[str, Json] = {}
    has_file = False
    for one in fields:
        name = str(one.node.get("name"))
        member, style = parts.write_inline(one.node, one.node_place, "formData")
        has_file = has_file or one.node.get("type") == "file"
        if (example := find_example(one.node)) is not MISSING:
            member = {**member, "example": example}
        schema["properties"][name] = {**member, **_describe(one.node)}
        if style:
            encoding[name] = style
        if one.node.get("required") is True:
            schema.setdefault("required", []).append(name)
    usual = (_MULTIPART,) if has_file else (FORM,)
    forms = [one for one in types if one.partition(";")[0] in (FORM, _MULTIPART)]
    if has_file:
        forms = [one for one in forms if one.startswith(_MULTIPART)]
    media = {"schema": schema, **({"encoding": encoding} if encoding else {})}
    content = dict.fromkeys(forms or usual, media)
    for media_type in content:
        for one in fields:
            inside = f"{child_pointer(f'{now}/content', media_type)}/schema/properties"
            parts.moves.add(child_pointer(inside, str(one.node.get("name"))), one.node_place)
    return {"content": content, "required": "required" in schema}


def _describe(node: Json) -> dict[str, Json]:
    return {"description": node["description"]} if "description" in node else {}
