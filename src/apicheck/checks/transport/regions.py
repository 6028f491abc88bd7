"""The host of every region serves the API."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    describe,
    paths,
    steps,
)
from apicheck.authoring.endpoints import send_by
from apicheck.authoring.handshakes import explain, find_certificate_problem
from apicheck.authoring.observations import TransportErrorKind

_FACT = "transport.hosts"
_ABSENT = (TransportErrorKind.REFUSED, TransportErrorKind.DNS, TransportErrorKind.TLS,
           TransportErrorKind.CLOSED)  # fmt: skip
"""How the attempt to connect ends where nothing serves the API. A timeout says less."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where the policy names the hosts of regions."""
    hosts = subject.facts.transport.hosts
    if not hosts:
        return NotApplicable("the policy names no hosts of regions")
    if not subject.context.endpoints.regions:
        return _explain_unknown(next(iter(hosts)))
    if not paths.list_safe_operations(subject.context):
        return paths.NO_SAFE_OPERATION
    return Applies(requests=2, facts=(_FACT,))


def _explain_unknown(region: str) -> NotTested:
    return NotTested(
        NotTestedKind.NEEDS_ENDPOINT,
        f"the target file does not say where the region {region} is",
        f'[transport.regions]\n{region} = "https://{region}.staging.example.com"',
    )


def cases(subject: Subject) -> tuple[Case, ...]:
    """Every region."""
    return tuple(Case(region) for region in subject.facts.transport.hosts)


def script(subject: Subject) -> Script:
    """Send a request without a credential to the base URL, then to the host of the region."""
    region = subject.row.name
    url = subject.context.endpoints.regions.get(region)
    if url is None:
        steps.end_script(_explain_unknown(region))
    request = (yield from paths.send_safe_request(subject)).without_credentials()
    yield from steps.send(request, Role.SETUP, share="anonymous request for regions")
    yield from steps.send(send_by(request, url))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the host does not respond, or not as the API does at the base URL."""
    region, there = subject.row.name, transcript.exercised[-1]
    # Objects that the request names were created with a credential.
    bare = (one for one in transcript.of_role(Role.SETUP) if not one.request.identity)
    base = next(bare, None)
    host = subject.facts.transport.hosts.get(region, region)
    if there.response is None:
        if find_certificate_problem(there):
            return Inconclusive(f"its certificate is not valid: {explain(there)}")
        if there.error is None or there.error.kind not in _ABSENT:
            return Inconclusive(f"no response, which may pass: {explain(there)}")
        expected = f"the API, at the host of the region ({host})"
        return Failure("absent", expected, explain(there), region, exchange=there.id)
    if base is None or base.response is None:
        return Inconclusive("there is no response at the base URL to compare with")
    if there.status != base.status:
        expected = f"{describe(base)}, as at the base URL"
        return Failure("other-api", expected, describe(there), region, exchange=there.id)
    return None


CHECK = Check(
    title="The host of every region serves the API",
    failure_title="The host of a region does not serve the API",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=(_FACT,),
    standards=("rfc9110#4.3.3",),
    outcomes=(Outcome("absent", Severity.HIGH), Outcome("other-api", Severity.MEDIUM)),
    proven_by={
        "absent": ("transport/region-without-tls",),
        "other-api": ("transport/region-with-another-api",),
    },
    judges_errors=frozenset(TransportErrorKind),
)
