"""What a caller may do, and whose things a caller may see."""

from __future__ import annotations

from reference_server.call import Call, Refusal
from reference_server.store import Stored


def missing_rights(call: Call) -> tuple[str, ...]:
    """The scopes and permissions that the operation needs and the caller lacks (seam)."""
    who, rules = call.caller_identity, call.op_rules
    lacking = [scope for scope in rules.scopes if scope not in who.scopes]
    lacking += [word for word in rules.permissions if word not in who.permissions]
    exact = call.server.profile.facts.authorization.needs == "exact"
    if exact and not lacking and set(who.scopes) != set(rules.scopes):
        lacking = list(rules.scopes)
    return tuple(lacking)


def may_see(call: Call, tenant: str) -> bool:
    """Whether the things of a tenant are the caller's own (seam)."""
    return call.caller_identity.tenant == tenant


def tenant_refusal(call: Call) -> Refusal | None:
    """Why a path that names a tenant is not served to this caller."""
    for tenant in call.server.profile.facts.authorization.tenants:
        value = call.match.parameters.get(tenant.parameter)
        if value is None:
            continue
        owner = call.server.tenant_of(tenant.parameter, value)
        if owner is None:
            return Refusal("tenant-unknown", f"There is no {tenant.parameter} {value}.")
        if call.identity is not None and not call.server.seams.may_see(call, owner):
            return Refusal("tenant-foreign", f"{tenant.parameter} is not of this credential.")
    return None


def foreign_refusal(call: Call, item: Stored) -> Refusal | None:
    """Why an object that exists is not shown: it is somebody else's."""
    if not call.server.seams.may_see(call, item.tenant):
        return Refusal("foreign:tenant", "There is no such object.")
    who = call.caller_identity
    stated = call.server.profile.facts.authorization.foreign
    for whose, own, theirs in (("user", who.user, item.user), ("app", who.app, item.app)):
        foreign = stated.get(whose)
        if foreign is None or own == theirs:
            continue
        operation = call.op_rules.operation
        if foreign.ops is None or call.server.profile.takes(foreign.ops, operation):
            return Refusal(f"foreign:{whose}", "There is no such object.")
    return None
