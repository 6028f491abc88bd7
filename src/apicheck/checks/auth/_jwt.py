"""Which operations take a JSON Web Token."""

from __future__ import annotations

from apicheck.authoring import NotApplicable, Subject
from apicheck.checks.auth._scope import needs_no_credential, usual_credentials


def takes_no_jwt(subject: Subject) -> NotApplicable | None:
    """Why no JWT can be tried on an operation; None where its credential is one."""
    if reason := needs_no_credential(subject):
        return reason
    if not jwt_scheme(subject):
        return NotApplicable(
            "the document does not say that its credential is a JWT (bearerFormat)"
        )
    return None


def jwt_scheme(subject: Subject) -> str:
    """The scheme whose token is a JWT, among those that an operation is usually called with.

    "" where there is none.
    """
    context = subject.context
    names = [one.scheme for one in usual_credentials(subject)]
    known = (
        context.spec.schemes.get(name) for name in names or context.alternatives[subject.op.id][0]
    )
    return next((scheme.name for scheme in known if scheme and scheme.jwt), "")
