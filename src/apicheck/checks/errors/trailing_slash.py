"""A path with one more slash is refused as promised."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import NotApplicable, Request, Severity, Subject
from apicheck.authoring.refusals import refusal
from apicheck.checks.errors._refusals import promised


def applies_to(subject: Subject) -> NotApplicable | None:
    """Only safe operations, where no other operation has the path with the slash."""
    if not subject.op.safe or subject.op.path.endswith("/"):
        return NotApplicable("asked of safe operations whose path does not end with a slash")
    if any(op.path == f"{subject.op.path}/" for op in subject.context.spec.operations):
        return NotApplicable("the path with the slash belongs to another operation")
    return None


def alter(_: Subject, request: Request) -> Request:
    """Add a slash to the path."""
    return replace(request, path=f"{request.path}/", operation="")


CHECK = refusal(
    title="A slash at the end of a path is refused as promised",
    failure_title="A slash at the end of a path is not refused as promised",
    fact="requests.trailing_slash",
    promise=promised("trailing_slash"),
    applies_to=applies_to,
    alter=alter,
    accepted=Severity.LOW,
    standards=("rfc9110#4.2.3",),
    proven_by={
        "accepted": ("errors/ignores-trailing-slash",),
        "wrong-status": ("errors/redirects-trailing-slash",),
    },
)
