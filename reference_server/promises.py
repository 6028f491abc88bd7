"""What the policy promises of one answer: which rules are in force, and for which refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apicheck.model.facts import ExpectedResponse, HeaderRule, ResponseRule, Selector, When
from apicheck.model.selector import selects_path
from reference_server.call import Call, Refusal

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
    "head": (405,),
    "media": (415, 400),
    "syntax": (400, 422),
    "schema": (422, 400),
    "format": (422, 400),
    "unknown_query": (422, 400),
    "unknown_field": (422, 400),
    "too_large": (413, 400),
    "conflict": (409, 422, 400),
    "reference": (422, 404, 400),
    "internal": (500,),
}


def stages(call: Call) -> tuple[str, ...]:
    """The stages that a request goes through, in the policy's order (seam)."""
    return call.server.profile.order


def promised(call: Call, refusal: Refusal) -> ExpectedResponse | None:
    """The answer that the policy promises for a refusal, None where it is silent."""
    facts = call.server.profile.facts
    kind, _, detail = refusal.kind.partition(":")
    authentication, authorization = facts.authentication, facts.authorization
    tenant = next(iter(authorization.tenants), None)
    if kind == "foreign":
        foreign = authorization.foreign.get(detail)
        return (foreign.answer if foreign else None) or authorization.absent
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
        "internal": _answer(facts.requests.get("failure")),
    }
    if kind in by_kind:
        return by_kind[kind]
    return _answer(facts.requests.get(kind))


def _answer(promise: ExpectedResponse | str | None) -> ExpectedResponse | None:
    return promise if isinstance(promise, ExpectedResponse) else None


def status_of(call: Call, refusal: Refusal) -> int:
    """The status of a refusal: as the policy has it, else as the document, else usual (seam)."""
    if refusal.status is not None:
        return refusal.status
    answer = promised(call, refusal)
    choices = answer.statuses.exact if answer else ()
    if choices:
        return choices[call.server.variant.status_choice % len(choices)]
    usual = _FALLBACKS.get(refusal.kind.partition(":")[0], (400,))
    allowed = [s for s in usual if answer is None or not answer.statuses or s in answer.statuses]
    documented = [status for status in allowed if is_documented(call, status)]
    return next(iter([*documented, *allowed, *usual]))


def status_not_promised(call: Call, refusal: Refusal) -> int:
    """A documented refusal's status that is not the one promised; for faults alone."""
    answer = promised(call, refusal)
    usual = _FALLBACKS.get(refusal.kind.partition(":")[0], ())
    taken = answer.statuses if answer and answer.statuses else usual
    free = [status for status in (403, 401, 404, 400, 409, 410) if status not in taken]
    return next((status for status in free if is_documented(call, status)), free[0])


def other_refusal(call: Call, refusal: Refusal) -> int:
    """A refusal of the request, not of the caller, that is not the one promised; for faults."""
    answer = promised(call, refusal)
    usual = _FALLBACKS.get(refusal.kind.partition(":")[0], ())
    taken = answer.statuses if answer and answer.statuses else usual
    free = [status for status in (400, 422, 409, 404, 410) if status not in taken]
    return next((status for status in free if is_documented(call, status)), free[0])


def is_documented(call: Call, status: int) -> bool:
    """Whether the document has this very status, or its class, for the operation."""
    operation = call.operation
    found = operation.response_for(status) if operation else None
    return found is not None and found.status != "default"


def rules_in_force(call: Call, status: int) -> Iterator[ResponseRule]:
    """The policy's response rules that speak of an answer."""
    for rule in call.server.profile.facts.responses.values():
        if in_force(call, rule.when, status):
            yield rule


def fields_promised(
    call: Call, status: int, of_kind: Callable[[HeaderRule], object]
) -> frozenset[str]:
    """Names, in lower case, of header fields that an answer is promised with rules of a kind."""
    return frozenset(
        name.lower()
        for rule in rules_in_force(call, status)
        for name, header in rule.headers.items()
        if of_kind(header)
    )


def in_force(call: Call, when: When | None, status: int) -> bool:
    """Whether a `when` takes an answer to a call.

    A promise to authenticated callers is kept for whoever presents a credential: the answer to
    a bad one is not for others either.
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
    return when.ops is None or _takes(call, when.ops)


def _takes(call: Call, ops: Selector) -> bool:
    if call.operation is not None:
        return call.server.profile.takes(ops, call.operation)
    return any(
        item == "*" or ("/" in item and selects_path(item, call.method, call.path))
        for item in ops.items
    )
