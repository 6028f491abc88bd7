"""A path with one more slash is refused as promised."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    NotApplicable,
    NotTested,
    Request,
    RunContext,
    Severity,
    Subject,
    credentials,
    paths,
)
from apicheck.authoring.refusals import refusal
from apicheck.checks.errors._refusals import promised


def applies_to(subject: Subject) -> NotApplicable | NotTested | None:
    """Only safe operations, where no other operation has the path with the slash."""
    if not subject.op.safe or subject.op.path.endswith("/"):
        return NotApplicable("tested on safe operations whose path does not end with a slash")
    if any(op.path == f"{subject.op.path}/" for op in subject.context.spec.operations):
        return NotApplicable("the path with the slash belongs to another operation")
    strangers = subject.facts.authentication.unknown_paths is not None
    public = subject.op.id not in subject.context.secured
    if strangers and public and not _find_reader(subject.context):
        return paths.NO_SAFE_OPERATION
    return None


def alter(subject: Subject, request: Request) -> Request:
    """Add a slash to the path.

    With a credential, even where the operation is public: the path with the slash is another one,
    which the server may refuse to strangers.
    """
    altered = replace(request, path=f"{request.path}/", operation="")
    reader = _find_reader(subject.context)
    if request.credentials or not reader:
        return altered
    sender = subject.context.identities[subject.context.actors[reader]]
    return altered.with_credentials(
        sender.name, *credentials.credentials_of(subject.context, reader, sender)
    )


def _find_reader(context: RunContext) -> str:
    """The first operation that only reads and has an actor with a credential; "" for none."""
    return next((op for op in paths.list_safe_operations(context) if op in context.secured), "")


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
