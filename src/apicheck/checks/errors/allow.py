"""Whoever answers 405 says in Allow which methods there are."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    NotApplicable,
    Outcome,
    RunContext,
    Severity,
    Subject,
    folds,
    selector,
)
from apicheck.checks.errors._refusals import promised_response

_METHOD_NOT_ALLOWED = 405


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy refuses methods with 405; otherwise no answer need ever be one."""
    answer = promised_response(subject.context, "method")
    if answer is None or _METHOD_NOT_ALLOWED not in answer.statuses:
        return NotApplicable("the policy does not promise 405 (requests.method)")
    return Applies(facts=("requests.method",))


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every 405 is one test of the rule."""
    if exchange.status == _METHOD_NOT_ALLOWED:
        yield "requests.method", _judged(context, exchange)


def _judged(context: RunContext, exchange: Exchange) -> Failure | None:
    assert exchange.response is not None  # `each` hands over answered exchanges only
    fields = exchange.response.header_values("allow")
    if not fields:
        return Failure("missing", "an Allow field", "none", exchange=exchange.id)
    listed = {word.strip().upper() for field in fields for word in field.split(",")}
    said = ", ".join(fields) or "an empty list"
    method = exchange.request.method.upper()
    if method in listed:
        due = f"an Allow that does not list {method}, which it refused"
        return Failure("differs", due, said, exchange=exchange.id)
    missing = sorted(_documented(context, exchange.request.path) - listed)
    if missing:
        due = f"an Allow that lists {', '.join(missing)}"
        return Failure("differs", due, said, exchange=exchange.id)
    return None


def _documented(context: RunContext, path: str) -> set[str]:
    """The methods that the document has for a path: of the template with the fewest parameters."""
    fitting = [op for op in context.spec.operations if selector.selects_path(op.path, "", path)]
    fewest = min((operation.path.count("{") for operation in fitting), default=0)
    return {operation.method for operation in fitting if operation.path.count("{") == fewest}


CHECK = Check(
    title="405 says which methods are allowed",
    applies=applies,
    fold=folds.per_exchange(looks),
    triggered_by=("errors/method",),
    reads=("requests.method",),
    standards=("rfc9110#15.5.6", "rfc9110#10.2.1"),
    outcomes=(Outcome("missing", Severity.LOW), Outcome("differs", Severity.LOW)),
    proven_by={
        "missing": ("errors/omits-allow",),
        "differs": ("errors/allow-lists-every-method", "errors/allow-lists-one-method"),
    },
)
