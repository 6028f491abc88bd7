"""Whether the objects that a request names exist, and whether it fits their state."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.model.json import MISSING, at
from reference_server.call import Call, Refusal
from reference_server.stages.authorization import find_foreign_owner, refuse_foreign
from reference_server.stages.subscriptions import refuse_subscription
from reference_server.stages.validation import find_body_media


def refuse_absent(call: Call) -> Refusal | None:
    """Why a path is not served: an object that it names is absent, or is not the caller's."""
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
        if refusal := refuse_foreign(call, item, place):
            return refusal
        call.objects[name] = item
    return None


def refuse_conflict(call: Call) -> Refusal | None:
    """Why a body is not accepted: it refers to nothing, or repeats a unique member."""
    for pointer, collection in call.op_rules.use.refers.items():
        wanted = at(call.value, pointer)
        if wanted is MISSING or wanted is None:
            continue
        item = call.server.store.find(collection.name, str(wanted))
        if item is None or find_foreign_owner(call, item, "body"):
            return Refusal("reference", f"{pointer} names nothing that exists.")
    for name in _list_unique_members(call):
        if _is_taken(call, name):
            return Refusal("conflict", f"Another one has this {name}.")
    return refuse_subscription(call)


def _list_unique_members(call: Call) -> Iterator[str]:
    media = find_body_media(call) if call.body else None
    schemas = call.server.profile.schemas
    for name, schema in schemas.members(media.schema).items() if media else ():
        if schemas.resolved(schema).get("x-unique") is True:
            yield name


def _is_taken(call: Call, name: str) -> bool:
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
