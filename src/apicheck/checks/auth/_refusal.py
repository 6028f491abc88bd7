"""Which promised refusal an exchange is, by its credential and its status."""

from __future__ import annotations

from apicheck.authoring import Caller, Exchange, ExpectedResponse, RunContext, judging


def find_refusal(context: RunContext, exchange: Exchange) -> tuple[str, ExpectedResponse] | None:
    """Find the refusal that an exchange is, with its fact path; None when it is none of them."""
    authentication = context.facts.authentication
    request = exchange.request
    if judging.may_be_valid(exchange):
        return None
    if request.caller is Caller.ANONYMOUS and request.credentials:
        return None  # a part, or in another place: the policy does not say which error that is
    found: tuple[str, ExpectedResponse | None]
    if request.caller is Caller.ANONYMOUS:
        found = "authentication.refusal", authentication.anonymous
    elif request.caller is Caller.BAD:
        holder = context.identities.get(request.identity)
        own = authentication.states.get(holder.state) if holder else None
        path = f"authentication.states.{holder.state}" if holder and own else ""
        found = path or "authentication.refusal", own or authentication.bad
    else:
        found = "authorization.refusal", _find_denial(context, exchange)
    path, expected = found
    if expected is None or exchange.status not in expected.statuses:
        return None
    return (path, expected) if request.operation in context.secured else None


def _find_denial(context: RunContext, exchange: Exchange) -> ExpectedResponse | None:
    """The refusal of a caller that lacks a right; None where it may be another refusal.

    Identities of the target file that may call the operation lack none; those that were made for
    a check do.
    """
    rights, request = context.facts.authorization, exchange.request
    holder = context.identities.get(request.identity)
    if holder is not None and holder.name == context.actors.get(request.operation):
        return None
    others = [foreign.response for foreign in rights.foreign.values()]
    others += [one for tenant in rights.tenants for one in (tenant.unknown, tenant.foreign)]
    taken = any(one is not None and exchange.status in one.statuses for one in others)
    return None if taken else rights.refusal
