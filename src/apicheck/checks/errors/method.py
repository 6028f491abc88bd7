"""A method that the document does not have for a path is refused as promised."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import Case, NotApplicable, Request, Subject, selector, spreading
from apicheck.authoring.refusals import refusal
from apicheck.checks.errors._refusals import promised

_METHODS = ("GET", "PATCH", "PUT", "POST", "DELETE")
"""The least harmful first, in case the server carries one out."""
_TRIED = 2


def applies_to(subject: Subject) -> NotApplicable | None:
    """Only one operation of each path, one that reads where there is one."""
    same_path = [op for op in subject.context.spec.operations if op.path == subject.op.path]
    first = min(same_path, key=lambda operation: not operation.safe)
    if first.id != subject.op.id:
        return NotApplicable(f"{first.id} is asked for this path")
    if not cases(subject):
        return NotApplicable("its path has every method")
    return None


def cases(subject: Subject) -> tuple[Case, ...]:
    """Methods that the document does not have for the path; DELETE only with --thorough."""
    documented = _documented_methods(subject)
    undocumented = [method for method in _METHODS if method not in documented]
    if not subject.context.thorough:
        undocumented = [method for method in undocumented if method != "DELETE"][:_TRIED]
    return spreading.spread((Case(method, method) for method in undocumented), "operations")


def _documented_methods(subject: Subject) -> set[str]:
    """Methods of the path, and of every template that takes the path as well."""
    path = subject.op.path
    return {
        operation.method
        for operation in subject.context.spec.operations
        if selector.selects_path(operation.path, "", path)
        or selector.selects_path(path, "", operation.path)
    }


def alter(subject: Subject, request: Request) -> Request:
    """Use another method, without a body."""
    bodiless = request.with_header("Content-Type")
    return replace(bodiless, method=subject.row.name, body=None, operation="")


CHECK = refusal(
    title="An undocumented method is refused as promised",
    failure_title="An undocumented method is not refused as promised",
    fact="requests.method",
    promise=promised("method"),
    applies_to=applies_to,
    cases=cases,
    rows_each=1,
    alter=alter,
    standards=("rfc9110#15.5.6",),
    proven_by={
        "accepted": ("errors/serves-any-method",),
        "wrong-status": ("errors/method-answered-with-other-status",),
    },
)
