"""Statuses that the policy promises, whether or not the document repeats them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from apicheck.authoring import Exchange, ExpectedResponse, RunContext, judging


def is_promised(context: RunContext, exchange: Exchange) -> bool:
    """Whether the policy promises a response with this very status for the operation.

    A promise of any 4xx names no status that clients could expect, except where the body is not
    of its own media type: a document says what comes of requests that it describes.
    """
    operation = context.spec.operation(exchange.request.operation)
    malformed = context.facts.requests.get("syntax") if _is_malformed(exchange) else None
    return any(
        exchange.status in (expected.statuses if expected is malformed else expected.statuses.exact)
        and judging.is_promised_for(context, expected, operation)
        for expected in _list_refusals(context)
        if expected is not None
    )


def _is_malformed(exchange: Exchange) -> bool:
    """Whether the request has a body that is no JSON though it is labelled so."""
    label = exchange.request.header("Content-Type") or ""
    if exchange.request.body is None or "json" not in label:
        return False
    try:
        json.loads(exchange.request.body)
    except ValueError:
        return True
    return False


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
