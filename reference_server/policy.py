"""What the policy promises of a response: the rules that apply, and the status of a refusal."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.model.facts import ExpectedResponse, ResponseRule, Selector, StatusSet, When
from apicheck.model.selector import selects_path
from reference_server.call import Call, Refusal
from reference_server.document.versions import find_treatment
from reference_server.seam import seam

_FALLBACKS: dict[str, tuple[int, ...]] = {
    "anonymous": (401,),
    "bad": (401,),
    "several": (400, 401),
    "state": (401, 403),
    "tenant-unknown": (404,),
    "tenant-foreign": (404, 403, 401),
    "scope": (403, 401),
    "rate": (429,),
    "absent": (404,),
    "foreign": (404, 403),
    "unknown_path": (404,),
    "method": (405,),
    "trailing_slash": (404,),
    "version": (404, 410, 400),
    "head": (405,),
    "gone": (410,),
    "media": (415, 400),
    "missing_media": (415, 400),
    "accept": (406,),
    "unknown_embed": (400, 422),
    "syntax": (400, 422),
    "schema": (422, 400),
    "format": (422, 400),
    "unknown_query": (422, 400),
    "unknown_field": (422, 400),
    "too_large": (413, 400),
    "conflict": (409, 422, 400),
    "changed": (422, 409, 400),
    "reference": (422, 404, 400),
    "target": (422, 400),
    "over_limit": (422, 409, 403, 400),
    "internal": (500,),
}


@seam
def order_stages(call: Call) -> tuple[str, ...]:
    """The stages that a request goes through, in the policy's order."""
    return call.server.profile.order


def find_promise(call: Call, refusal: Refusal) -> ExpectedResponse | None:
    """The response that the policy promises for a refusal, None where it is silent."""
    facts = call.server.profile.facts
    kind, _, detail = refusal.kind.partition(":")
    authentication, authorization = facts.authentication, facts.authorization
    webhooks = call.server.profile.webhooks
    subscriptions = webhooks.subscriptions if webhooks else None
    tenant = next(iter(authorization.tenants), None)
    if kind == "foreign":
        foreign = authorization.foreign.get(detail)
        return (foreign.response if foreign else None) or authorization.absent
    if kind == "version":
        return _find_version_refusal(call, detail)
    if kind == "unknown_path" and call.caller != "authenticated" and authentication.unknown_paths:
        return authentication.unknown_paths
    by_kind: dict[str, ExpectedResponse | None] = {
        "anonymous": authentication.anonymous,
        "bad": authentication.bad or authentication.anonymous,
        "several": authentication.several,
        "state": authentication.states.get(detail) or authentication.bad,
        "scope": authorization.refusal,
        "absent": authorization.absent,
        "tenant-unknown": tenant.unknown if tenant else None,
        "tenant-foreign": tenant.foreign if tenant else None,
        "rate": facts.rate_limits.refusal if facts.rate_limits else None,
        "gone": call.rules.deprecation.gone if call.rules and call.rules.deprecation else None,
        "target": webhooks.targets.refusal if webhooks else None,
        "over_limit": subscriptions.over_limit if subscriptions else None,
        "missing_media": _as_response(facts.requests.get("missing_media"))
        or _as_response(facts.requests.get("media")),
        "changed": facts.formats.idempotency.changed if facts.formats.idempotency else None,
        "internal": _as_response(facts.requests.get("failure")),
    }
    if kind in by_kind:
        return by_kind[kind]
    return _as_response(facts.requests.get(kind))


def _find_version_refusal(call: Call, kind: str) -> ExpectedResponse | None:
    versioning = call.server.profile.facts.versioning
    found = find_treatment(versioning, kind, call.naming.named) if versioning else None
    return found if isinstance(found, ExpectedResponse) else None


def _as_response(promise: ExpectedResponse | str | None) -> ExpectedResponse | None:
    return promise if isinstance(promise, ExpectedResponse) else None


@seam
def choose_status(call: Call, refusal: Refusal) -> int:
    """The status of a refusal: as the policy has it, else as the document, else usual."""
    if refusal.status is not None:
        return refusal.status
    promise = find_promise(call, refusal)
    choices = promise.statuses.exact if promise else ()
    if choices:
        return choices[call.server.variant.status_choice % len(choices)]
    usual = _FALLBACKS.get(refusal.kind.partition(":")[0], (400,))
    allowed = [s for s in usual if promise is None or not promise.statuses or s in promise.statuses]
    documented = [status for status in allowed if is_documented(call, status)]
    return next(iter([*documented, *allowed, *usual]))


def list_promised_statuses(call: Call, refusal: Refusal) -> StatusSet | tuple[int, ...]:
    """The statuses that a refusal may have: those of the policy, else the usual ones."""
    promise = find_promise(call, refusal)
    usual = _FALLBACKS.get(refusal.kind.partition(":")[0], ())
    return promise.statuses if promise and promise.statuses else usual


def is_documented(call: Call, status: int) -> bool:
    """Whether the document has this very status, or its class, for the operation."""
    operation = call.operation
    found = operation.response_for(status) if operation else None
    return found is not None and found.status != "default"


def find_rules(call: Call, status: int) -> Iterator[ResponseRule]:
    """The response rules of the policy that apply to a call and a status."""
    for rule in call.server.profile.facts.responses.values():
        if rule_applies(call, rule.when, status):
            yield rule


def rule_applies(call: Call, when: When | None, status: int) -> bool:
    """Whether a rule with this `when` applies to a call and a status.

    A promise to authenticated callers is kept for every caller that presents a credential, a bad
    one too.
    """
    if when is None:
        return True
    if when.statuses and status not in when.statuses:
        return False
    if when.except_ and status in when.except_:
        return False
    if when.caller == "authenticated" and not (call.presented or call.identity):
        return False
    if when.caller in ("anonymous", "bad") and call.caller != when.caller:
        return False
    return selects(call, when.ops)


def selects(call: Call, ops: Selector | None) -> bool:
    """Whether the `ops` of a promise selects the operation of a call, or its path; None: all."""
    if ops is None:
        return True
    if call.operation is not None:
        return call.server.profile.takes(ops, call.operation)
    return any(
        item == "*" or ("/" in item and selects_path(item, call.method, call.path))
        for item in ops.items
    )
