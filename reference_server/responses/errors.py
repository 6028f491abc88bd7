"""Responses that refuse: the document's example of an error, overlaid with what is true."""

from __future__ import annotations

from http import HTTPStatus

from apicheck.model.facts import ExpectedResponse
from apicheck.model.json import MISSING, Json
from apicheck.model.operation import Media
from reference_server.call import Call, Refusal, Reply
from reference_server.document.schemas import put
from reference_server.policy import choose_status, find_promise, find_rules
from reference_server.responses.challenges import write_challenge
from reference_server.responses.headers import make_promised_headers
from reference_server.responses.versions import locate_version
from reference_server.seam import seam

_REDIRECTION = 3
PROBLEM = "application/problem+json"
TEXT_MEMBERS = ("detail", "message", "error_description", "description")


def make_error(call: Call, refusal: Refusal) -> Reply:
    """Make the response to a request that is refused."""
    status = choose_status(call, refusal)
    reply = Reply(status, refusal=refusal)
    reply.headers += make_promised_headers(call, status, refusal)
    challenge = write_challenge(call, refusal, status)
    if challenge is not None:
        reply.headers.append(("WWW-Authenticate", challenge))
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        reply.headers += list_allowed_methods(call)
    if status // 100 == _REDIRECTION:
        reply.headers += locate_version(call)
    fill_error_body(call, refusal, reply)
    return reply


@seam
def list_allowed_methods(call: Call) -> list[tuple[str, str]]:
    """Which methods the path knows (RFC 9110, section 10.2.1)."""
    known = call.server.profile.routes.match("", call.path).allowed
    refuses_head = isinstance(call.server.profile.facts.requests.get("head"), ExpectedResponse)
    return [("Allow", ", ".join(m for m in known if not (m == "HEAD" and refuses_head)))]


@seam
def fill_error_body(call: Call, refusal: Refusal, reply: Reply) -> None:
    """Fill in the body of a refusal."""
    media, documented = _find_documented(call, reply.status)
    example = documented.examples[0] if documented and documented.examples else MISSING
    generic = example is MISSING
    promise = find_promise(call, refusal)
    rules = list(find_rules(call, reply.status))
    schemas = call.server.profile.schemas
    wanted = [promise.schema if promise else None, *(rule.schema for rule in rules)]
    named = [schema for schema in wanted if schema is not None]
    if generic:
        schema = next(iter(named), documented.schema if documented else None)
        example = _find_example(call, schema)
    if any(rule.media == "never" for rule in rules):
        return
    for rule in rules:
        media = rule.media or media
    reply.media = (promise.media if promise else None) or media or "application/json"
    value = _set_fields(_set_text(example, refusal.text), refusal)
    if generic:
        value = _set_status(value, reply)
    for rule in rules:
        for pointer, source in rule.equal.items():
            true = _find_truth(reply, source)
            value = value if true is None else put(value, pointer, true)
    for name, member in refusal.members.items():
        value = put(value, f"/{name}", member)
    fits = all(schemas.validator(schemas.named(schema)).is_valid(value) for schema in named)
    reply.value = value if fits else example


def _find_documented(call: Call, status: int) -> tuple[str, Media | None]:
    response = call.operation.response_for(status) if call.operation else None
    media = next((m for m in response.media if "json" in m.media_type), None) if response else None
    return (media.media_type, media) if media else ("", None)


def _find_example(call: Call, schema: Json) -> Json:
    """A value of a schema: of a documented error with the same schema, else made up."""
    schemas = call.server.profile.schemas
    wanted = schemas.named(schema)
    for operation in call.server.profile.spec.operations:
        for response in operation.responses:
            for media in response.media if response.status[0] in "45d" else ():
                same = media.schema == wanted or schema is None
                if same and media.examples and "json" in media.media_type:
                    return media.examples[0]
    made = schemas.sample(wanted if wanted is not None else {})
    return made if isinstance(made, dict) else {"error": "refused"}


def _set_text(example: Json, text: str) -> Json:
    """The example with our words where it has words, at its top or one level below."""
    if not isinstance(example, dict):
        return example
    for name in TEXT_MEMBERS:
        if isinstance(example.get(name), str):
            return {**example, name: text}
    for key, inner in example.items():
        if isinstance(inner, dict):
            changed = _set_text(inner, text)
            if changed != inner:
                return {**example, key: changed}
    return example


def _set_fields(example: Json, refusal: Refusal) -> Json:
    """The example with our fields where it lists sentences for each field."""
    if not isinstance(example, dict) or not refusal.fields:
        return example
    listed = next((name for name, member in example.items() if _is_by_field(member)), "")
    said = {name: list(sentences) for name, sentences in refusal.fields.items()}
    return {**example, listed: said} if listed else example


def _is_by_field(member: Json) -> bool:
    return (
        isinstance(member, dict)
        and bool(member)
        and all(
            isinstance(said, list) and said and all(isinstance(text, str) for text in said)
            for said in member.values()
        )
    )


def _set_status(value: Json, reply: Reply) -> Json:
    """An example of another status, made to speak of this one (RFC 9457, section 4.2.1)."""
    if not isinstance(value, dict) or reply.media != PROBLEM:
        return value
    known = reply.status in HTTPStatus.__members__.values()
    title = HTTPStatus(reply.status).phrase if known else str(reply.status)
    changes: dict[str, Json] = {"type": "about:blank", "title": title, "status": reply.status}
    return {**value, **{key: true for key, true in changes.items() if key in value}}


def _find_truth(reply: Reply, source: str) -> Json:
    if source == "status":
        return reply.status
    return reply.header(source.removeprefix("header:"))
