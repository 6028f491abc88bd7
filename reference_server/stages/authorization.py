"""What a caller may do, and whose things a caller may see."""

from __future__ import annotations

from reference_server.call import Call, Refusal
from reference_server.seam import seam
from reference_server.stages.authentication import find_account_change, refuse_account
from reference_server.state.store import Stored


@seam
def find_missing_rights(call: Call) -> tuple[str, ...]:
    """The scopes, permissions and roles that the operation needs and the caller lacks."""
    caller, rules = call.caller_identity, call.op_rules
    facts = call.server.profile.facts.authorization
    held = facts.with_implied(caller.scopes)
    lacking = [scope for scope in rules.scopes if scope not in held]
    lacking += [word for word in rules.permissions if word not in caller.permissions]
    change = find_account_change(call, caller)
    roles = caller.roles if change is None or change.roles is None else change.roles
    if rules.roles and not set(rules.roles) & set(roles):
        lacking.append(f"the role {' or '.join(rules.roles)}")
    if facts.needs == "exact" and not lacking and set(caller.scopes) != set(rules.scopes):
        lacking = list(rules.scopes)
    return tuple(lacking)


@seam
def may_see_tenant(call: Call, tenant: str) -> bool:
    """Whether the things of a tenant are the caller's own."""
    return call.caller_identity.tenant == tenant


def refuse_rights(call: Call) -> Refusal | None:
    """Why a caller may not perform the operation."""
    if call.rules is None or not call.rules.secured:
        return None
    missing = find_missing_rights(call)
    if missing:
        return Refusal("scope", f"The credential lacks {', '.join(missing)}.")
    return None


def refuse_tenant(call: Call) -> Refusal | None:
    """Why a path that names a tenant is not served to this caller."""
    for tenant in call.server.profile.facts.authorization.tenants:
        value = call.match.parameters.get(tenant.parameter)
        if value is None:
            continue
        owner = call.server.tenant_of(tenant.parameter, value)
        if owner is None:
            return Refusal("tenant-unknown", f"There is no {tenant.parameter} {value}.")
        if call.identity is not None and not may_see_tenant(call, owner):
            return Refusal("tenant-foreign", f"{tenant.parameter} is not of this credential.")
    return None


@seam
def find_foreign_owner(call: Call, item: Stored, place: str) -> str:
    """Whose an object is that is not the caller's: tenant, user, app; "" for an own one.

    place: where the request names it: "path", "parent" (an object above the one it is about),
    "body", or "list" for one that would be shown among others.
    """
    del place
    caller = call.caller_identity
    if item.tenant != caller.tenant:
        return "tenant"
    stated = call.server.profile.facts.authorization.foreign
    for whose, own, theirs in (("user", caller.user, item.user), ("app", caller.app, item.app)):
        promise = stated.get(whose)
        if promise is None or own == theirs:
            continue
        profile = call.server.profile
        concerned = (call.op_rules.operation, profile.rules[item.collection].operation)
        if promise.ops is None or all(profile.takes(promise.ops, one) for one in concerned):
            return whose
    return ""


def refuse_foreign(call: Call, item: Stored, place: str) -> Refusal | None:
    """Why an object that exists is not shown: it is not the caller's."""
    whose = find_foreign_owner(call, item, place)
    return Refusal(f"foreign:{whose}", "There is no such object.") if whose else None


def refuse_account_or_tenant(call: Call) -> Refusal | None:
    """Why a genuine credential is not served: its account is out of use, or its tenant another."""
    refusal = refuse_account(call, call.identity) if call.identity else None
    return refusal or refuse_tenant(call)
