"""What a request may say: its media type, its parameters, its body."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from apicheck.model.facts import ExpectedResponse
from apicheck.model.json import Json
from apicheck.model.operation import Media, Parameter
from reference_server.call import Call, Refusal
from reference_server.document.schemas import parse_text
from reference_server.seam import seam
from reference_server.stages.multipart import parse_parts

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that a value breaks. keyword: of the schema ("enum"). place: a JSON Pointer.

    missing: the member that is required and not there.
    """

    keyword: str
    place: str
    missing: str = ""

    @property
    def field(self) -> str:
        """The member of the body that is to blame, "" for the body as a whole."""
        return f"{self.place}/{self.missing}".split("/")[1]


@seam
def get_body_limit(call: Call) -> int:
    """So many bytes a body may have."""
    promised = call.server.profile.facts.body_limit_bytes
    return BODY_LIMIT if promised is None else promised


BODY_LIMIT = 1 << 20
"""Where the policy promises nothing."""


def refuse_too_large(call: Call) -> Refusal | None:
    """Why a body is not read."""
    if call.whole and len(call.body) <= get_body_limit(call):
        return None
    return Refusal("too_large", "The body is too large.")


def refuse_media(call: Call) -> Refusal | None:
    """Why a body of this media type is not read."""
    offered = call.op_rules.operation.body
    if not offered or not call.body:
        return None
    return None if find_body_media(call) else _refuse_undocumented_media(call)


def _refuse_undocumented_media(call: Call) -> Refusal:
    kind = "media" if call.header("content-type") else "missing_media"
    accepted = ", ".join(media.media_type for media in call.op_rules.operation.body)
    return Refusal(kind, f"Send {accepted}.")


def find_body_media(call: Call) -> Media | None:
    """The documented media type that the body has, None for another one."""
    return find_media(call, call.header("content-type") or "")


@seam
def find_media(call: Call, sent: str) -> Media | None:
    """The documented media type that a Content-Type names."""
    named = sent.partition(";")[0].strip().lower()
    offered = call.op_rules.operation.body
    return next((media for media in offered if media.media_type.lower() == named), None)


def refuse_body(call: Call) -> Refusal | None:
    """Why parameters or body do not fit the document."""
    return _refuse_parameters(call) or refuse_unknown_query(call) or _refuse_content(call)


def _refuse_parameters(call: Call) -> Refusal | None:
    schemas = call.server.profile.schemas
    query = dict(call.query)
    for parameter in call.op_rules.operation.parameters:
        if parameter.place not in ("query", "header"):
            continue
        text = (
            query.get(parameter.name) if parameter.place == "query" else call.header(parameter.name)
        )
        if text is None:
            if parameter.required:
                return _refuse_field(parameter.name, is_there=False)
            continue
        value = parse_text(text, parameter.schema, schemas)
        repeated = schemas.resolved(parameter.schema).get("type") == "array"
        if repeated:
            inner = schemas.resolved(parameter.schema).get("items", {})
            texts = [text for key, text in call.query if key == parameter.name]
            value = [parse_text(text, inner, schemas) for text in texts]
        if not fits_schema(call, parameter, value):
            return _refuse_field(parameter.name)
    return None


@seam
def fits_schema(call: Call, parameter: Parameter, value: Json) -> bool:
    """Whether a parameter's value is one that its schema allows."""
    return call.server.profile.schemas.validator(parameter.schema).is_valid(value)


@seam
def refuse_unknown_query(call: Call) -> Refusal | None:
    """Why a parameter that the document does not name is refused, where it is."""
    facts = call.server.profile.facts
    if not isinstance(facts.requests.get("unknown_query"), ExpectedResponse):
        return None
    schemes = call.server.profile.spec.schemes.values()
    known = {p.name for p in call.op_rules.operation.parameters if p.place == "query"}
    known |= {scheme.parameter for scheme in schemes if scheme.place == "query"}
    return next(
        (
            Refusal("unknown_query", f"There is no parameter {name}.")
            for name, _ in call.query
            if name not in known
        ),
        None,
    )


def _refuse_content(call: Call) -> Refusal | None:
    operation = call.op_rules.operation
    if not operation.body:
        return None
    if not call.body:
        return Refusal("syntax", "A body is required.") if operation.body_required else None
    media = find_body_media(call)
    if media is None:
        return _refuse_undocumented_media(call)
    try:
        call.value = parse_body(call, media)
    except (ValueError, RecursionError):
        return Refusal("syntax", "The body cannot be parsed.")
    return refuse_unknown_members(call, media) or _refuse_broken_rule(call, media)


@seam
def refuse_unknown_members(call: Call, media: Media) -> Refusal | None:
    """Members that the document does not name: refused or ignored, as promised."""
    promise = call.server.profile.facts.requests.get("unknown_field")
    known = call.server.profile.schemas.members(media.schema)
    if promise is None or not known or not isinstance(call.value, Mapping):
        return None
    unknown = [name for name in call.value if name not in known]
    if promise == "ignored":
        call.value = {name: value for name, value in call.value.items() if name in known}
        return None
    return Refusal("unknown_field", f"There is no member {unknown[0]}.") if unknown else None


def _refuse_broken_rule(call: Call, media: Media) -> Refusal | None:
    try:
        found = list(find_broken_rules(call, media.schema, call.value))
    except ValueError:
        return Refusal("syntax", "The body is nested too deeply.")
    if not found:
        return None
    first = found[0]
    has_own = first.keyword == "format" and "format" in call.server.profile.facts.requests
    fields: dict[str, tuple[str, ...]] = {}
    for broken in found:
        if broken.field:
            sentence = _describe_field(broken.field, is_there=not broken.missing)
            fields[broken.field] = (*fields.get(broken.field, ()), sentence)
    text = f"{first.place or 'The body'} is not valid."
    return Refusal("format" if has_own else "schema", text, fields=fields)


def _refuse_field(name: str, *, is_there: bool = True) -> Refusal:
    sentence = f"{name} is {'not valid' if is_there else 'missing'}."
    return Refusal("schema", sentence, fields={name: (_describe_field(name, is_there=is_there),)})


def _describe_field(name: str, *, is_there: bool) -> str:
    """What is wrong with a field, in a sentence for a person."""
    return f"The {name.replace('_', ' ')} field is {'not valid' if is_there else 'required'}."


@seam
def find_broken_rules(call: Call, schema: Json, value: Json) -> Iterable[Broken]:
    """The rules of a schema that a value breaks."""
    for error in call.server.profile.schemas.validator(schema).iter_errors(value):
        place = "".join(f"/{key}" for key in error.instance_path)
        yield Broken(error.kind.name, place, getattr(error.kind, "property", ""))


@seam
def parse_body(call: Call, media: Media) -> Json:
    """The body as a value; raises ValueError or RecursionError for what is none."""
    schemas = call.server.profile.schemas
    members = schemas.members(media.schema)
    if media.media_type == PARTS:
        parts = parse_parts(call.body, call.header("content-type") or "")
        return {
            name: parse_text(text, members.get(name, {}), schemas) for name, text in parts.items()
        }
    text = call.body.decode("utf-8")
    if media.media_type == FORM:
        pairs = parse_qsl(text, keep_blank_values=True)
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError("a parameter is repeated")
        return {name: parse_text(value, members.get(name, {}), schemas) for name, value in pairs}
    if "json" in media.media_type:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
        if "\\u" in text:
            # Half of a surrogate pair can be written so, and stands for no character.
            json.dumps(value, ensure_ascii=False).encode()
        return value
    return text


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is beyond all floats")
    return value
