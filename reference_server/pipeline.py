"""The stages of a request, in the policy's order. A refused request never has an effect."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

from apicheck.model.json import MISSING, Json, at
from apicheck.model.operation import Media
from reference_server import oauth
from reference_server.authentication import account_refusal, presented
from reference_server.authorization import foreign_refusal, tenant_refusal
from reference_server.call import Call, Refusal, Reply
from reference_server.errors import error_reply
from reference_server.identities import Identity
from reference_server.operations import perform
from reference_server.rates import look, rate_refusal, settle
from reference_server.schemas import from_text

FORM = "application/x-www-form-urlencoded"


def answer(call: Call) -> Reply:
    """The answer to a call, complete but for the fields that every answer gets."""
    _introduce(call)
    reply = _decided(call)
    settle(call, reply.status)
    if not call.admissions:
        look(call)
    return reply


def _decided(call: Call) -> Reply:
    failing = call.server.take_failure(call.operation)
    if failing is not None:
        return error_reply(call, Refusal("internal", "The request failed.", failing))
    for stage in call.server.profile.order:
        refusal = STAGES[stage](call)
        if refusal is not None:
            return error_reply(call, _worded(call, refusal))
    done = _perform(call)
    if isinstance(done, Refusal):
        return error_reply(call, done)
    return call.server.seams.success(call, done)


def _introduce(call: Call) -> None:
    """Note what the request says about who sends it, whatever stage it gets to."""
    call.presented, token = presented(call)
    if call.presented:
        known = None if token is None else call.server.directory.with_token(token)
        call.caller = "authenticated" if known is not None else "bad"


def _perform(call: Call) -> Reply | Refusal:
    facts = call.server.profile.facts.oauth
    name = call.op_rules.operation.id
    if facts is not None and name == facts.token:
        return oauth.issue(call)
    if facts is not None and name == facts.revoke:
        return oauth.revoke(call)
    done = perform(call)
    if call.op_rules.use.kind != "create":
        call.server.subscriptions.happened(call, None, call.caller_identity.tenant)
    return done


def _worded(call: Call, refusal: Refusal) -> Refusal:
    facts = call.server.profile.facts.oauth
    is_oauth = facts and call.operation and call.operation.id in (facts.token, facts.revoke)
    return oauth.as_oauth(call, refusal) if is_oauth else refusal


def _transport(call: Call) -> Refusal | None:
    return None if call.whole else Refusal("too_large", "The body is too large.")


def _route(call: Call) -> Refusal | None:
    if call.operation is None and not call.match.allowed:
        return Refusal("unknown_path", "There is nothing at this path.")
    return None


def _method(call: Call) -> Refusal | None:
    if call.operation is None:
        return Refusal("method", f"{call.method} is not allowed here.")
    return None


def _credential(call: Call) -> Refusal | None:
    if call.rules is not None and not call.rules.secured:
        return None
    found = call.server.seams.authenticate(call)
    if isinstance(found, Identity):
        call.identity = found
        return None
    return found


def _account(call: Call) -> Refusal | None:
    refusal = account_refusal(call, call.identity) if call.identity else None
    return refusal or tenant_refusal(call)


def _scope(call: Call) -> Refusal | None:
    if call.rules is None or not call.rules.secured:
        return None
    missing = call.server.seams.missing_rights(call)
    if missing:
        return Refusal("scope", f"The credential lacks {', '.join(missing)}.")
    return None


def _media(call: Call) -> Refusal | None:
    offered = call.op_rules.operation.body
    if not offered or not call.body:
        return None
    if _body_media(call) is None:
        accepted = ", ".join(media.media_type for media in offered)
        return Refusal("media", f"Send {accepted}.")
    return None


def _body_media(call: Call) -> Media | None:
    sent = (call.header("content-type") or "").partition(";")[0].strip().lower()
    offered = call.op_rules.operation.body
    return next((media for media in offered if media.media_type.lower() == sent), None)


def _body(call: Call) -> Refusal | None:
    return _parameters(call) or _content(call)


def _parameters(call: Call) -> Refusal | None:
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
                return Refusal("schema", f"{parameter.name} is missing.")
            continue
        value = from_text(text, parameter.schema, schemas)
        repeated = schemas.resolved(parameter.schema).get("type") == "array"
        if repeated:
            inner = schemas.resolved(parameter.schema).get("items", {})
            texts = [text for key, text in call.query if key == parameter.name]
            value = [from_text(text, inner, schemas) for text in texts]
        if not schemas.validator(parameter.schema).is_valid(value):
            return Refusal("schema", f"{parameter.name} is not valid.")
    return None


def _content(call: Call) -> Refusal | None:
    operation = call.op_rules.operation
    if not operation.body:
        return None
    if not call.body:
        return Refusal("syntax", "A body is required.") if operation.body_required else None
    media = _body_media(call)
    if media is None:
        return Refusal("media", "The media type is not one of those documented.")
    schemas = call.server.profile.schemas
    try:
        call.value = _parsed(call.body, media, call)
    except (ValueError, RecursionError):
        return Refusal("syntax", "The body cannot be parsed.")
    for error in schemas.validator(media.schema).iter_errors(call.value):
        place = "/" + "/".join(map(str, error.instance_path))
        return Refusal("schema", f"{place if place != '/' else 'The body'} is not valid.")
    return None


def _parsed(body: bytes, media: Media, call: Call) -> Json:
    text = body.decode("utf-8")
    if media.media_type == FORM:
        schemas = call.server.profile.schemas
        members = schemas.members(media.schema)
        pairs = parse_qsl(text, keep_blank_values=True)
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError("a parameter is repeated")
        return {name: from_text(value, members.get(name, {}), schemas) for name, value in pairs}
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


def _object(call: Call) -> Refusal | None:
    operation, use = call.op_rules.operation, call.op_rules.use
    tenants = {tenant.parameter for tenant in call.server.profile.facts.authorization.tenants}
    for name, value in call.match.parameters.items():
        if name in tenants:
            continue
        collection = use.names.get(name)
        if collection is None:
            examples = [p.example for p in operation.parameters if p.name == name]
            known = [str(e) for e in examples if e is not None and e is not MISSING]
            if known and value not in known:
                return Refusal("absent", f"There is no {name} {value}.")
            continue
        item = call.server.store.find(collection.name, value)
        if item is None:
            return Refusal("absent", "There is no such object.")
        if refusal := foreign_refusal(call, item):
            return refusal
        call.objects[name] = item
    return None


def _state(call: Call) -> Refusal | None:
    for pointer, collection in call.op_rules.use.refers.items():
        wanted = at(call.value, pointer)
        if wanted is MISSING or wanted is None:
            continue
        item = call.server.store.find(collection.name, str(wanted))
        if item is None or not call.server.seams.may_see(call, item.tenant):
            return Refusal("reference", f"{pointer} names nothing that exists.")
    for name in _unique_members(call):
        if _taken(call, name):
            return Refusal("conflict", f"Another one has this {name}.")
    return None


def _unique_members(call: Call) -> Iterator[str]:
    media = _body_media(call) if call.body else None
    schemas = call.server.profile.schemas
    for name, schema in schemas.members(media.schema).items() if media else ():
        if schemas.resolved(schema).get("x-unique") is True:
            yield name


def _taken(call: Call, name: str) -> bool:
    collection = call.op_rules.use.collection
    wanted = at(call.value, f"/{name}")
    if collection is None or wanted is MISSING:
        return False
    own = call.objects.get(call.op_rules.use.target)
    tenant = call.caller_identity.tenant
    return any(
        item is not own and item.value.get(name) == wanted
        for item in call.server.store.all(collection.name, tenant)
    )


STAGES: dict[str, Callable[[Call], Refusal | None]] = {
    "transport": _transport,
    "route": _route,
    "method": _method,
    "credential": _credential,
    "account": _account,
    "scope": _scope,
    "rate": rate_refusal,
    "media": _media,
    "body": _body,
    "object": _object,
    "state": _state,
}
