"""Which promised refusal an exchange is, by who sent it and how it was answered."""

from __future__ import annotations

from apicheck.authoring import Caller, Exchange, ExpectedResponse, RunContext, judging


def refusal_of(context: RunContext, exchange: Exchange) -> tuple[str, ExpectedResponse] | None:
    """The refusal that an exchange is, with its fact path; None when it is none of them."""
    authentication = context.facts.authentication
    request = exchange.request
    if judging.may_be_valid(exchange):
        return None
    if request.caller is Caller.ANONYMOUS and request.credentials:
        return None  # something is there, in another place or in part: which error it is is open
    found: tuple[str, ExpectedResponse | None]
    if request.caller is Caller.ANONYMOUS:
        found = "authentication.refusal", authentication.anonymous
    elif request.caller is Caller.BAD:
        holder = context.identities.get(request.identity)
        own = authentication.states.get(holder.state) if holder else None
        path = f"authentication.states.{holder.state}" if holder and own else ""
        found = path or "authentication.refusal", own or authentication.bad
    else:
        found = "authorization.refusal", _of_authorization(context, exchange)
    path, answer = found
    if answer is None or exchange.status not in answer.statuses:
        return None
    return (path, answer) if request.operation in context.secured else None


def _of_authorization(context: RunContext, exchange: Exchange) -> ExpectedResponse | None:
    """The refusal for want of a right; None where the caller lacks none, or it may be another.

    An identity of the target file holds what it says; one that was made for a check lacks some.
    """
    rights, request = context.facts.authorization, exchange.request
    holder = context.identities.get(request.identity)
    if holder is not None and holder.name == context.actors.get(request.operation):
        return None
    others = [foreign.response for foreign in rights.foreign.values()]
    others += [answer for tenant in rights.tenants for answer in (tenant.unknown, tenant.foreign)]
    taken = any(answer is not None and exchange.status in answer.statuses for answer in others)
    return None if taken else rights.refusal
