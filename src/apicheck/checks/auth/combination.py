"""An operation that needs several credentials together refuses a part of them."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import Case, Confirm, NotApplicable, Request, Severity, Subject
from apicheck.authoring.refusals import refusal
from apicheck.checks.auth._scope import expected_refusal, promised, usual_credentials


def applies_to(subject: Subject) -> NotApplicable | None:
    """Apply to operations with an alternative of several credentials."""
    alternatives = subject.context.alternatives[subject.op.id]
    if all(len(names) < 2 for names in alternatives):
        return NotApplicable("one credential is enough for it")
    return None


def cases(subject: Subject) -> tuple[Case, ...]:
    """Leave out each credential, where the rest is no alternative of its own."""
    sent = usual_credentials(subject)
    if not sent:
        return (Case("without one of them", ""),)
    enough = {frozenset(names) for names in subject.context.alternatives[subject.op.id]}
    return tuple(
        Case(f"without {one.scheme}", one.scheme)
        for one in sent
        if not any(names <= {o.scheme for o in sent if o != one} for names in enough)
    )


def alter(subject: Subject, request: Request) -> Request:
    """Leave out one credential."""
    kept = tuple(one for one in request.credentials if one.scheme != subject.row.value)
    # The caller counts as anonymous, not as bad: its challenge is left to the server.
    return replace(request.without_credentials(), credentials=kept)


CHECK = refusal(
    title="A part of the credentials that are needed together is refused as promised",
    failure_title="A part of the credentials that are needed together is not refused as promised",
    fact="authentication.refusal",
    promise=promised(expected_refusal, "a missing or bad credential"),
    applies_to=applies_to,
    alter=alter,
    cases=cases,
    accepted=Severity.CRITICAL,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    shares_objects=True,
    standards=("openapi-3.1.1#security-requirement-object",),
    proven_by={
        "accepted": ("auth/part-of-a-combination-suffices",),
        "wrong-status": ("auth/bad-credentials-answered-with-other-status",),
    },
)
