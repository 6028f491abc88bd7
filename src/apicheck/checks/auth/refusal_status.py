"""The refusal of a missing or bad credential has no status that the policy rules out."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Caller,
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    applying,
    describe,
    folds,
)


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Read one refusal of a request without a valid credential."""
    never = context.facts.authentication.never
    request = exchange.request
    needed = request.operation in context.secured and request.caller is not Caller.AUTHENTICATED
    if not never or not needed or exchange.succeeded:
        return
    wrong = Failure("used", f"never {never}", describe(exchange), exchange=exchange.id)
    promised = _is_promised(context, exchange.status)
    yield "authentication.never", wrong if exchange.status in never and not promised else None


def _is_promised(context: RunContext, status: int) -> bool:
    """Whether the policy names the status as that of a refusal: then it does not rule it out."""
    authentication = context.facts.authentication
    refusals = (authentication.anonymous, authentication.bad, *authentication.states.values())
    return any(one is not None and status in one.statuses.exact for one in refusals)


CHECK = Check(
    title="A refusal has no status that the policy rules out",
    failure_title="A refusal has a status that the policy rules out",
    applies=applying.applies_where(
        lambda facts: facts.authentication.never,
        "the policy rules out no status (authentication.never)",
    ),
    fold=folds.per_exchange(inspect),
    triggered_by=("auth/missing-credentials", "auth/bad-credentials"),
    reads=("authentication.never",),
    standards=("rfc9110#15.5.2",),
    outcomes=(Outcome("used", Severity.MEDIUM),),
    proven_by={"used": ("auth/redirects-to-a-login-page",)},
)
