"""An operation that requires a credential refuses a request that carries none."""

from __future__ import annotations

from apicheck.authoring import Confirm, Request, Severity, Subject
from apicheck.authoring.refusals import refusal
from apicheck.checks.auth._public import doubt
from apicheck.checks.auth._scope import WITHOUT_CREDENTIALS, promised
from apicheck.checks.auth._stranger import also_of_strangers


def alter(_: Subject, request: Request) -> Request:
    """Remove the credentials."""
    return request.without_credentials()


CHECK = also_of_strangers(
    refusal(
        title="A request without credentials is refused as promised",
        failure_title="A request without credentials is not refused as promised",
        fact="authentication.refusal",
        promise=promised(
            lambda subject: subject.facts.authentication.anonymous, "a request without credentials"
        ),
        alter=alter,
        doubt=doubt,
        accepted=Severity.CRITICAL,
        wrong_status=Severity.MEDIUM,
        confirm=Confirm.ONCE,
        shares_objects=True,
        shared_as=WITHOUT_CREDENTIALS,
        standards=("rfc9110#15.5.2", "rfc6750#3"),
        proven_by={
            "accepted": ("auth/skips-authentication",),
            "wrong-status": ("auth/missing-credentials-answered-with-other-status",),
        },
    ),
    alter,
)
