"""An authorization response names the issuer, where the policy says so (RFC 9207)."""

from __future__ import annotations

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Severity,
    Subject,
    Transcript,
    pointers,
)
from apicheck.checks.oauth._codes import needs_codes, read_redirect
from apicheck.checks.oauth._metadata import find_issuer, is_issuer
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._responses import cases, find_response, script


def promises_no_issuer(subject: Subject) -> NotApplicable | NotTested | None:
    """Why no issuer is due, or no code can be had."""
    if subject.facts.oauth is None or not subject.facts.oauth.iss_parameter:
        return NotApplicable("the policy does not promise iss in authorization responses")
    return needs_codes(subject)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the response has no iss, or another than the metadata."""
    found = find_response(subject, transcript)
    if not isinstance(found, Exchange):
        return found
    issuer, name = read_redirect(found).get("iss"), subject.row.name
    known = find_issuer(subject)
    expected = f"iss {known}" if known else "iss"
    if not issuer:
        return Failure("missing", expected, "no iss", name, found.id)
    if known and not is_issuer(subject, issuer):
        return Failure(
            "differs", expected, f"iss {pointers.describe_value(issuer)}", name, found.id
        )
    return None


CHECK = Check(
    title="An authorization response names the issuer",
    failure_title="An authorization response does not name the issuer",
    applies=applies_to(
        token_operation, fact="oauth.iss_parameter", requests=2, unless=promises_no_issuer
    ),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth.iss_parameter", "oauth.issuer"),
    accepted=True,
    standards=("rfc9207#2",),
    outcomes=(Outcome("missing", Severity.MEDIUM), Outcome("differs", Severity.MEDIUM)),
    proven_by={
        "missing": ("oauth/omits-issuer",),
        "differs": ("oauth/names-another-issuer",),
    },
)
