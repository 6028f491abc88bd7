"""The server speaks the oldest version of TLS that is promised, and none that is older."""

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
    describe,
    steps,
)
from apicheck.authoring.endpoints import NO_HTTPS_URL
from apicheck.authoring.handshakes import BUSY, explain, is_refused, request_root
from apicheck.authoring.observations import TLS_VERSION, TransportErrorKind

_VERSIONS = ("1.0", "1.1", "1.2", "1.3")
_DEPRECATED = {"1.0": " (RFC 8996, section 4)", "1.1": " (RFC 8996, section 5)"}
_FACT = "transport.tls"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where the oldest version is promised."""
    if subject.facts.transport.tls is None:
        return NotApplicable("the policy names no version of TLS")
    return Applies(facts=(_FACT,)) if subject.context.endpoints.https_url else NO_HTTPS_URL


def cases(subject: Subject) -> tuple[Case, ...]:
    """The promised version, and each that is older."""
    floor = subject.facts.transport.tls or ""
    return tuple(Case(f"TLS {one}", one) for one in _VERSIONS if one <= floor)


def script(subject: Subject) -> Script:
    """Offer one version, every cipher, and no credential."""
    url = subject.context.endpoints.https_url
    yield from steps.send(request_root(url, str(subject.row.value)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge by whether a connection came about; what was responded on it does not matter."""
    exchange, version = transcript.exercised[-1], str(subject.row.value)
    is_promised = version == subject.facts.transport.tls
    if exchange.response is not None:
        if is_promised:
            return None
        spoken = next((one.value for one in exchange.observed(TLS_VERSION)), f"TLS {version}")
        actual = f"a connection with {spoken}, and on it {describe(exchange)}"
        expected = f"no connection with TLS {version}{_DEPRECATED.get(version, '')}"
        return Failure("accepted", expected, actual, f"TLS {version}", exchange=exchange.id)
    if not is_refused(exchange):
        return Inconclusive(f"no connection, for another reason: {explain(exchange)}")
    if not is_promised:
        return None
    expected = f"a connection with TLS {version}, the oldest version that is promised"
    return Failure("refused", expected, explain(exchange), f"TLS {version}", exchange=exchange.id)


CHECK = Check(
    title="TLS is spoken in the promised versions, and in none that is older",
    failure_title="TLS is not spoken in the promised versions alone",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    actor=ANYBODY,
    reads=(_FACT,),
    standards=("rfc8996#4", "rfc8996#5", "rfc9325#3.1.1"),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("refused", Severity.MEDIUM)),
    proven_by={
        "accepted": ("transport/speaks-tls-1-0", "transport/speaks-tls-1-1"),
        "refused": ("transport/speaks-the-newest-tls-alone",),
    },
    provokes=BUSY,
    judges_errors=frozenset(TransportErrorKind),
)
