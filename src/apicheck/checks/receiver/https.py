"""The URL of a receiver begins with https, and its certificate is valid."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    deliveries,
    handshakes,
    steps,
)
from apicheck.authoring.endpoints import CERTIFICATES_UNVERIFIED, is_local
from apicheck.authoring.facts import Webhooks
from apicheck.authoring.observations import TransportErrorKind
from apicheck.checks.receiver import _forgeries

_FACT = "webhooks.https"
_ON_THIS_MACHINE = NotTested(
    NotTestedKind.NEEDS_ENDPOINT,
    "the URL is on this machine, where a receiver needs no TLS; the public one is not known",
    '[transport]\nhttps_url = "https://hooks.example.com"',
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the operation that receives deliveries, where its URL is asked to begin with https."""
    found = _forgeries.applies_to(subject)
    if isinstance(found, NotApplicable):
        return found
    webhooks = subject.facts.webhooks
    if not isinstance(webhooks, Webhooks) or not webhooks.https:
        return NotApplicable(f"the policy does not ask receivers for HTTPS ({_FACT})")
    if not subject.context.endpoints.https_url:
        return _ON_THIS_MACHINE if is_local(subject.context.base_url) else Applies(facts=(_FACT,))
    return (
        Applies(facts=(_FACT,))
        if subject.context.verifies_certificates
        else CERTIFICATES_UNVERIFIED
    )


def script(subject: Subject) -> Script:
    """Connect by TLS as a sender that verifies the certificate; or deliver by plain HTTP."""
    if url := subject.context.endpoints.https_url:
        yield from steps.send(handshakes.request_root(url))
    else:
        request = yield from steps.sign(deliveries.build_delivery(subject))
        yield from steps.send(request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail for a certificate that a sender must not accept, and for plain HTTP."""
    exchange = transcript.exercised[-1]
    expected = "a URL that begins with https, with a valid certificate"
    if not subject.context.endpoints.https_url:
        return Failure("insecure", expected, subject.context.base_url, "plain HTTP", exchange.id)
    if exchange.response is not None:
        return None
    if problem := handshakes.find_certificate_problem(exchange):
        said = handshakes.explain(exchange)
        return Failure("insecure", expected, said, f"certificate {problem}", exchange.id)
    return Inconclusive(f"no connection, for another reason: {handshakes.explain(exchange)}")


CHECK = Check(
    title="The URL of a receiver begins with https, and its certificate is valid",
    failure_title="The URL of a receiver is plain http, or its certificate is not valid",
    applies=applies,
    script=script,
    judge=judge,
    reads=(*_forgeries.FACTS, _FACT),
    actor="receiver",
    standards=("rfc9110#4.3.4", "standard-webhooks-1.0.0"),
    outcomes=(Outcome("insecure", Severity.MEDIUM, Confirm.ONCE),),
    proven_by={"insecure": ("receiver/expired-certificate",)},
    provokes=handshakes.BUSY,
    judges_errors=frozenset(TransportErrorKind),
    accepted=True,
)
