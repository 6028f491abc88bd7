"""A body over the limit is refused as promised."""

from __future__ import annotations

from apicheck.authoring import Case, Request, Subject
from apicheck.authoring.refusals import refusal
from apicheck.checks.errors._sized import applies_to, limit_of, pad_request, promise


def cases(_: Subject) -> tuple[Case, ...]:
    """Just over the limit, and far over it."""
    return (Case("one byte over", 0), Case("twice as long", 1))


def alter(subject: Subject, request: Request) -> Request:
    """Pad the body beyond the limit."""
    limit = limit_of(subject)
    return pad_request(request, 2 * limit if subject.row.value else limit + 1)


CHECK = refusal(
    title="A body over the limit is refused as promised",
    failure_title="A body over the limit is not refused as promised",
    fact="requests.too_large",
    promise=promise,
    applies_to=applies_to,
    cases=cases,
    alter=alter,
    standards=("rfc9110#15.5.14",),
    proven_by={
        "accepted": ("errors/one-byte-too-many",),
        "wrong-status": ("errors/too-large-answered-with-other-status",),
    },
)
