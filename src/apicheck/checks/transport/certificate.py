"""The certificates of the API's hosts are valid."""

from __future__ import annotations

from apicheck.authoring import (
    ANYBODY,
    Applies,
    Case,
    Check,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    steps,
)
from apicheck.authoring.endpoints import CERTIFICATES_UNVERIFIED, NO_HTTPS_URL
from apicheck.authoring.handshakes import (
    BUSY,
    explain,
    find_certificate_problem,
    request_root,
)
from apicheck.authoring.observations import TransportErrorKind

_FACT = "transport.https"
_EXPECTED = {
    "not-valid-now": "a certificate that is valid at this time",
    "other-name": "a certificate for the host's name",
    "not-trusted": "a certificate with its chain up to an authority that clients trust",
}


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where clients are promised HTTPS."""
    if subject.facts.transport.https not in ("required", "recommended"):
        return NotApplicable("the policy does not promise HTTPS")
    if not subject.context.verifies_certificates:
        return CERTIFICATES_UNVERIFIED
    return Applies(facts=(_FACT,)) if subject.context.endpoints.https_url else NO_HTTPS_URL


def cases(subject: Subject) -> tuple[Case, ...]:
    """The API's own host, and that of each region."""
    endpoints = subject.context.endpoints
    regions = (Case(f"region {name}", url) for name, url in endpoints.regions.items())
    return Case("the API", endpoints.https_url), *regions


def script(subject: Subject) -> Script:
    """Connect as a client that verifies the certificate, without a credential."""
    yield from steps.send(request_root(str(subject.row.value)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail for a certificate that a client must not accept."""
    exchange = transcript.exercised[-1]
    if exchange.response is not None:
        return None
    outcome = find_certificate_problem(exchange)
    if not outcome:
        return Inconclusive(f"no connection, for another reason: {explain(exchange)}")
    expected, name = _EXPECTED[outcome], subject.row.name
    return Failure(outcome, expected, explain(exchange), name, exchange=exchange.id)


CHECK = Check(
    title="The API's certificates are valid",
    failure_title="A certificate of the API is not valid",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    actor=ANYBODY,
    reads=(_FACT,),
    standards=("rfc9110#4.3.4", "rfc5280#6.1", "rfc9525"),
    outcomes=(
        Outcome("not-valid-now", Severity.HIGH),
        Outcome("other-name", Severity.HIGH),
        Outcome("not-trusted", Severity.HIGH),
    ),
    proven_by={
        "not-valid-now": ("transport/expired-certificate", "transport/early-certificate"),
        "other-name": (
            "transport/certificate-of-another-host",
            "transport/region-with-anothers-certificate",
        ),
        "not-trusted": (
            "transport/certificate-of-an-unknown-authority",
            "transport/omits-the-intermediate",
        ),
    },
    provokes=BUSY,
    judges_errors=frozenset(TransportErrorKind),
)
