"""The stages of a request, in the policy's order. A refused request never has an effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apicheck.model.facts import ExpectedResponse
from apicheck.model.json import MISSING, at
from reference_server import issuing, oauth, revocation
from reference_server.authentication import account_refusal, introduced
from reference_server.authorization import foreign_refusal, tenant_refusal
from reference_server.browsers import preflight
from reference_server.call import Call, Refusal, Reply
from reference_server.errors import error_reply
from reference_server.identities import Identity
from reference_server.operations import perform
from reference_server.rates import look, rate_refusal, settle
from reference_server.validation import body_media, body_refusal, media_refusal, too_large


def answer(call: Call) -> Reply:
    """The answer to a call, complete but for the fields that every answer gets."""
    _introduce(call)
    reply = preflight(call) or _decided(call)
    settle(call, reply.status)
    if not call.admissions:
        look(call)
    return reply


def _decided(call: Call) -> Reply:
    failing = call.server.take_failure(call.operation)
    if failing is not None:
        return error_reply(call, Refusal("internal", "The request failed.", failing))
    for stage in call.server.seams.stages(call):
        refusal = STAGES[stage](call)
        if refusal is not None:
            return error_reply(call, _worded(call, refusal))
    done = _perform(call)
    if isinstance(done, Refusal):
        return error_reply(call, done)
    return call.server.seams.success(call, done)


def _introduce(call: Call) -> None:
    """Note what the request says about who sends it, whatever stage it gets to."""
    call.caller = introduced(call)
    call.presented = call.caller != "anonymous"


def _perform(call: Call) -> Reply | Refusal:
    facts = call.server.profile.facts.oauth
    name = call.op_rules.operation.id
    if facts is not None and name == facts.token:
        return oauth.issue(call)
    if facts is not None and name == facts.revoke:
        return revocation.revoke(call)
    done = perform(call)
    if call.op_rules.use.kind != "create":
        call.server.subscriptions.happened(call, None, call.caller_identity.tenant)
    return issuing.settle(call, done) if isinstance(done, Reply) else done


def _worded(call: Call, refusal: Refusal) -> Refusal:
    facts = call.server.profile.facts.oauth
    is_oauth = facts and call.operation and call.operation.id in (facts.token, facts.revoke)
    return oauth.as_oauth(call, refusal) if is_oauth else refusal


def _route(call: Call) -> Refusal | None:
    if call.operation is not None or call.match.allowed:
        return None
    slashed = call.path != "/" and call.path.endswith("/")
    has_own = slashed and isinstance(_promise(call, "trailing_slash"), ExpectedResponse)
    return Refusal("trailing_slash" if has_own else "unknown_path", "There is nothing here.")


def _method(call: Call) -> Refusal | None:
    if call.operation is None:
        return Refusal("method", f"{call.method} is not allowed here.")
    if call.method == "HEAD" and isinstance(_promise(call, "head"), ExpectedResponse):
        return Refusal("head", "HEAD is not allowed here.")
    return None


def _promise(call: Call, kind: str) -> ExpectedResponse | str | None:
    return call.server.profile.facts.requests.get(kind)


def _credential(call: Call) -> Refusal | None:
    if not call.server.seams.needs_credential(call):
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
        place = "path" if name == use.target else "parent"
        if refusal := foreign_refusal(call, item, place):
            return refusal
        call.objects[name] = item
    return None


def _state(call: Call) -> Refusal | None:
    for pointer, collection in call.op_rules.use.refers.items():
        wanted = at(call.value, pointer)
        if wanted is MISSING or wanted is None:
            continue
        item = call.server.store.find(collection.name, str(wanted))
        if item is None or call.server.seams.foreign(call, item, "body"):
            return Refusal("reference", f"{pointer} names nothing that exists.")
    for name in _unique_members(call):
        if _taken(call, name):
            return Refusal("conflict", f"Another one has this {name}.")
    return None


def _unique_members(call: Call) -> Iterator[str]:
    media = body_media(call) if call.body else None
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
    "transport": too_large,
    "route": _route,
    "method": _method,
    "credential": _credential,
    "account": _account,
    "scope": _scope,
    "rate": rate_refusal,
    "media": media_refusal,
    "body": body_refusal,
    "object": _object,
    "state": _state,
}
