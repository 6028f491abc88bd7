"""A refusal for want of a valid credential has none of the statuses that the policy rules out."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Caller,
    Check,
    Exchange,
    Failure,
    NotApplicable,
    Outcome,
    RunContext,
    Severity,
    Subject,
    describe,
    folds,
)


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy says which statuses a refusal never has."""
    if not subject.facts.authentication.never:
        return NotApplicable("the policy rules out no status")
    return Applies()


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """One answer to a request without a valid credential."""
    never = context.facts.authentication.never
    request = exchange.request
    unknown = request.caller is Caller.AUTHENTICATED or request.operation not in context.secured
    if not never or unknown or exchange.succeeded:
        return
    wrong = Failure("used", f"never {never}", describe(exchange), exchange=exchange.id)
    yield "authentication.never", wrong if exchange.status in never else None


CHECK = Check(
    title="A refusal has no status that the policy rules out",
    applies=applies,
    fold=folds.per_exchange(looks),
    triggered_by=("auth/missing-credentials", "auth/bad-credentials"),
    reads=("authentication.never",),
    standards=("rfc9110#15.5.2",),
    outcomes=(Outcome("used", Severity.MEDIUM),),
    proven_by={"used": ("auth/redirects-to-a-login-page",)},
)
