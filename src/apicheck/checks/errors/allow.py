"""A 405 lists in Allow the methods that the path has."""

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
from apicheck.authoring.path_index import index_paths
from apicheck.checks.errors._refusals import find_promise

_METHOD_NOT_ALLOWED = 405


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy refuses methods with 405; otherwise the API may never send one."""
    expected = find_promise(subject, "method")
    if isinstance(expected, NotApplicable) or _METHOD_NOT_ALLOWED not in expected.statuses:
        return NotApplicable("the policy does not promise 405 (requests.method)")
    return Applies(facts=("requests.method",))


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge every 405."""
    if exchange.status == _METHOD_NOT_ALLOWED:
        yield "requests.method", _judge(context, exchange)


def _judge(context: RunContext, exchange: Exchange) -> Failure | None:
    fields = exchange.received.header_values("allow")
    if not fields:
        return Failure("missing", "an Allow field", "no Allow field", exchange=exchange.id)
    listed = {word.strip().upper() for field in fields for word in field.split(",")}
    actual = f"Allow: {', '.join(fields)}"
    method = exchange.request.method.upper()
    if method in listed:
        expected = f"an Allow field without {method}, the method that was refused"
        return Failure("differs", expected, actual, exchange=exchange.id)
    missing = sorted(_documented_methods(context, exchange.request.path) - listed)
    if missing:
        expected = f"an Allow field that lists {', '.join(missing)}"
        return Failure("differs", expected, actual, exchange=exchange.id)
    return None


def _documented_methods(context: RunContext, path: str) -> set[str]:
    """The methods of a path in the document: of the template with the fewest parameters."""
    fitting = [
        operation
        for operation in index_paths(context.spec).find_overlapping(path)
        if selector.selects_path(operation.path, "", path)
    ]
    fewest = min((operation.path.count("{") for operation in fitting), default=0)
    return {operation.method for operation in fitting if operation.path.count("{") == fewest}


CHECK = Check(
    title="A 405 lists the allowed methods correctly",
    failure_title="A 405 does not list the allowed methods correctly",
    applies=applies,
    fold=folds.per_exchange(inspect),
    triggered_by=("errors/method",),
    reads=("requests.method",),
    standards=("rfc9110#15.5.6", "rfc9110#10.2.1"),
    outcomes=(Outcome("missing", Severity.LOW), Outcome("differs", Severity.LOW)),
    proven_by={
        "missing": ("errors/omits-allow",),
        "differs": ("errors/allow-lists-every-method", "errors/allow-lists-one-method"),
    },
)
