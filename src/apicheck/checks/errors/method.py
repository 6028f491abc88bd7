"""A method that the document does not have for a path is refused as promised."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Case,
    Failure,
    Judgement,
    NotApplicable,
    Request,
    Subject,
    Transcript,
    selector,
    spreading,
)
from apicheck.authoring.path_index import index_paths
from apicheck.authoring.refusals import refusal
from apicheck.checks.errors._refusals import promised

_METHODS = ("GET", "PATCH", "PUT", "POST", "DELETE", "TRACE")
"""The least harmful first, in case the server carries one out.

HEAD goes with GET, and OPTIONS asks what a resource can do (RFC 9110, section 9.3.7): a server may
respond to both on any path, whatever the document says, and refuses nobody a function by that.
"""
_USUAL = {"collection": ("GET", "POST", "PATCH", "DELETE"), "object": ("GET", "PUT", "PATCH")}
"""Methods that may exist although a document, or the part that a reader sees, lacks them."""
_TRACE = "TRACE"
_TRIED = 2


def applies_to(subject: Subject) -> NotApplicable | None:
    """Only one operation of each path, one that reads where there is one."""
    same_path = index_paths(subject.context.spec).by_path[subject.op.path]
    first = min(same_path, key=lambda operation: not operation.safe)
    if first.id != subject.op.id:
        return NotApplicable(f"{first.id} is tested for this path")
    if not cases(subject):
        return NotApplicable("its path has every method")
    return None


def cases(subject: Subject) -> tuple[Case, ...]:
    """Methods that the document does not have for the path; DELETE only with --thorough.

    First the one that is least likely to exist without being documented, and TRACE.
    """
    documented = _documented_methods(subject)
    undocumented = [method for method in _METHODS if method not in documented]
    if not subject.context.thorough:
        usual = _USUAL.get(_kind_of(subject), ())
        unlikely = [m for m in undocumented if m not in (*usual, "DELETE", _TRACE)]
        undocumented = [*unlikely[: _TRIED - 1], *(m for m in undocumented if m == _TRACE)]
    return spreading.spread((Case(method, method) for method in undocumented), "operations")


def _kind_of(subject: Subject) -> str:
    """Whether a path is that of an object, of a collection, or neither ("")."""
    path = subject.op.path.rstrip("/")
    if path.endswith("}"):
        return "object"
    return "collection" if index_paths(subject.context.spec).has_items(path) else ""


def _documented_methods(subject: Subject) -> set[str]:
    """Methods of the path, and of every template that takes the path as well."""
    path = subject.op.path
    return {
        operation.method
        for operation in index_paths(subject.context.spec).find_overlapping(path)
        if operation.path == path
        or selector.selects_path(operation.path, "", path)
        or selector.selects_path(path, "", operation.path)
    }


def alter(subject: Subject, request: Request) -> Request:
    """Use another method, without a body."""
    bodiless = request.without_header("Content-Type")
    return replace(bodiless, method=subject.row.name, body=None, operation="")


def doubt(subject: Subject, _: Transcript, judgement: Judgement) -> Judgement:
    """Whatever refuses TRACE, often a server in front, need not do it as the API does."""
    refused = isinstance(judgement, Failure) and judgement.outcome == "wrong-status"
    return None if refused and subject.row.name == _TRACE else judgement


_REFUSAL = refusal(
    title="An undocumented method is refused as promised",
    failure_title="An undocumented method is not refused as promised",
    fact="requests.method",
    promise=promised("method"),
    applies_to=applies_to,
    cases=cases,
    rows_each=1,
    alter=alter,
    doubt=doubt,
    standards=("rfc9110#15.5.6",),
    proven_by={
        "accepted": ("errors/serves-any-method",),
        "wrong-status": ("errors/method-answered-with-other-status",),
    },
)

CHECK = replace(_REFUSAL, provokes=frozenset({501}))
"""501 is the response to a method that the server has for no path (RFC 9110, section 15.6.2)."""
