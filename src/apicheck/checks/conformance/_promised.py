"""Statuses that the policy promises, whether or not the document repeats them."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import ExpectedResponse, Operation, RunContext, judging


def is_promised(context: RunContext, operation: Operation, status: int) -> bool:
    """Whether an answer of the policy has this status, for this operation."""
    return any(
        status in answer.statuses and judging.is_promised_for(context, answer, operation)
        for answer in _answers(context)
        if answer is not None
    )


def _answers(context: RunContext) -> Iterator[ExpectedResponse | None]:
    """The refusals that a policy writes once for many operations."""
    facts = context.facts
    authentication, authorization = facts.authentication, facts.authorization
    yield from (authentication.anonymous, authentication.bad, authentication.several)
    yield from authentication.states.values()
    yield from (authorization.refusal, authorization.absent)
    yield from (foreign.response for foreign in authorization.foreign.values())
    for tenant in authorization.tenants:
        yield from (tenant.unknown, tenant.foreign)
    yield from (
        answer for answer in facts.requests.values() if isinstance(answer, ExpectedResponse)
    )
    yield facts.rate_limits.refusal if facts.rate_limits else None
    if facts.oauth:
        yield from (facts.oauth.bad_client, facts.oauth.bad_scope, facts.oauth.bad_grant)
