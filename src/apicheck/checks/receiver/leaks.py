"""The response to a forgery holds neither the secret nor the signature that would be right."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Failure,
    Judgement,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    deliveries,
    steps,
)
from apicheck.checks.receiver import _forgeries
from apicheck.checks.receiver._variants import distinguish

_ROWS = ("signature-zeros", "signature-absent")
_SECRET = "$APICHECK_RECEIVER"


def cases(subject: Subject) -> tuple[Case, ...]:
    """Forgeries that hold nothing of the right signature; none where it is one for all bodies."""
    found = _forgeries.describe_forgeries(subject)
    if not any(name.startswith("body-") for name in found):
        return ()
    return tuple(Case(name, found[name]) for name in _ROWS if name in found)


def script(subject: Subject) -> Script:
    """Send the forgery. The signature that the receiver computes of it is a secret from now on."""
    request = distinguish(deliveries.build_delivery(subject))
    yield from steps.send((yield from steps.sign(request, subject.row.name, guarded=True)))
    yield from deliveries.deliver(subject)


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """Whoever reads the response can sign the next forgery."""
    for exchange in transcript.exercised:
        for seen in exchange.observed("leaks"):
            whole = seen.about.startswith(_SECRET)
            what = "the secret" if whole else "the right signature of the forgery"
            return Failure(
                "secret" if whole else "signature",
                f"a response without {what}",
                f"{what} in {seen.value}",
                exchange=exchange.id,
            )
    return None


CHECK = Check(
    title="A refusal does not tell how to sign",
    failure_title="A refusal tells how to sign",
    applies=_forgeries.applies_where(
        cases, "its signatures do not cover the body: there is one for all deliveries"
    ),
    cases=cases,
    script=script,
    judge=judge,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("https://cwe.mitre.org/data/definitions/209.html",),
    outcomes=(Outcome("secret", Severity.CRITICAL), Outcome("signature", Severity.CRITICAL)),
    proven_by={
        "secret": ("receiver/shows-secret",),
        "signature": ("receiver/shows-signature",),
    },
)
