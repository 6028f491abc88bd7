"""Statuses that the policy promises, whether or not the document repeats them."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import ExpectedResponse, Operation, RunContext, judging


def is_promised(context: RunContext, operation: Operation, status: int) -> bool:
    """Whether the policy promises a response with this very status for the operation.

    A class of statuses (4xx) promises none of them.
    """
    return any(
        status in expected.statuses.exact and judging.is_promised_for(context, expected, operation)
        for expected in _list_refusals(context)
        if expected is not None
    )


def _list_refusals(context: RunContext) -> Iterator[ExpectedResponse | None]:
    """Yield the refusals that a policy states once for many operations."""
    facts = context.facts
    authentication, authorization = facts.authentication, facts.authorization
    yield from (authentication.anonymous, authentication.bad, authentication.several)
    yield from authentication.states.values()
    yield from (authorization.refusal, authorization.absent)
    yield from (foreign.response for foreign in authorization.foreign.values())
    for tenant in authorization.tenants:
        yield from (tenant.unknown, tenant.foreign)
    yield from (kind for kind in facts.requests.values() if isinstance(kind, ExpectedResponse))
    yield facts.rate_limits.refusal if facts.rate_limits else None
    if facts.oauth:
        yield from (facts.oauth.bad_client, facts.oauth.bad_scope, facts.oauth.bad_grant)
