"""The server refuses a JSON Web Token that its issuer did not sign."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import partial

from apicheck.authoring import (
    Applies,
    Case,
    Confirm,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Request,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    build,
    keys,
    refused,
    spreading,
    steps,
)
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.auth._jwt import jwt_scheme, takes_no_jwt
from apicheck.checks.auth._scope import covered_by_sibling, is_still_valid


def _derive_hmac(secret: str) -> str:
    coded = base64.urlsafe_b64encode(secret.encode()).rstrip(b"=").decode()
    return f"~jose(alg=HS256)~hmac({coded})"


_FILE = "../../../../../../dev/null"
_ROWS = {
    **{
        f"alg {word}": ("alg none", f"~jose(alg={word})~unsigned")
        for word in ("none", "None", "NONE", "nOnE")
    },
    "alg none, with a signature": ("alg none", "~jose(alg=none)"),
    "no signature": ("no signature", "~unsigned"),
    "another claim": ("claims changed", "~claim(apicheck=true)"),
    "another subject": ("claims changed", "~claim(sub=admin)"),
    "another key": ("another key", "~jose(alg=RS256)~rsa"),
    "a key of its own": (
        "key in the header",
        f"~jose(jwk={keys.known_public_key()})~jose(alg=RS256)~rsa",
    ),
    "an empty secret": ("weak secret", _derive_hmac("")),
    "a weak secret": ("weak secret", _derive_hmac("secret")),
    "kid names a file": ("kid", f"~jose(kid={_FILE}){_derive_hmac('')}"),
    "kid with SQL": ("kid", f"~jose(kid=' UNION SELECT 'apicheck' --){_derive_hmac('apicheck')}"),
    "kid of no key": ("kid", f"~jose(kid=apicheck){_derive_hmac('apicheck')}"),
}
"""Name -> the defect, and the derivation that makes the token."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to operations whose credential is a JWT."""
    if reason := takes_no_jwt(subject):
        return reason
    expected = subject.facts.authentication.bad
    if expected is None:
        return NotApplicable("the policy promises no response to an invalid credential")
    return covered_by_sibling(subject) or Applies(
        facts=("authentication.refusal", "authentication.jwt"), promise=expected
    )


def cases(subject: Subject) -> tuple[Case, ...]:
    """The table, and the public key as a secret where an operation publishes it."""
    rows = [Case(name, derivation) for name, (_, derivation) in _ROWS.items()]
    facts = subject.facts.authentication.jwt
    if facts is not None and facts.keys:
        rows += [
            Case("public key as a secret", {"end": "\n"}),
            Case("public key as a secret, trimmed", {"end": ""}),
        ]
    return spreading.spread(rows, "operations")


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with a token that its issuer did not sign."""
    yield from build.send_control(subject)
    value = subject.row.value
    if isinstance(value, dict):
        value = yield from _derive_from_public_key(subject, str(value["end"]))
    yield from refused.send_refused(subject, partial(_forge, jwt_scheme(subject), str(value)))


def _forge(scheme: str, derivation: str, request: Request) -> Request:
    changed = (
        replace(one, value=f"{one.value}{derivation}") if one.scheme == scheme else one
        for one in request.credentials
    )
    return request.with_bad_credentials(*changed)


def _derive_from_public_key(subject: Subject, end: str) -> Steps[str]:
    """Sign by HMAC with the first key that the API publishes, in PEM."""
    facts = subject.facts.authentication.jwt
    published = facts.keys if facts else ""
    exchange = yield from build.send_control(subject, published)
    pem = next(keys.read_public_keys(exchange.json_or() if exchange else None), None)
    if pem is None:
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, f"{published} shows no public key"))
    return _derive_hmac(pem.decode().rstrip("\n") + end)


def name_defect(subject: Subject) -> str:
    """What is wrong with the token of the row."""
    return _ROWS.get(subject.row.name, ("public key as a secret", ""))[0]


def doubt(_: Subject, transcript: Transcript, judgement: Judgement) -> Judgement:
    """The judgement, unless the credential was still valid."""
    if any(is_still_valid(one) for one in transcript.exercised):
        return NotApplicable("the credential is no JWT: the change left it as it was")
    return judgement


CHECK = scripted_refusal(
    title="A JWT without its issuer's signature is refused as promised",
    failure_title="A JWT without its issuer's signature is not refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    detail=name_defect,
    doubt=doubt,
    reads=("authentication.refusal", "authentication.jwt"),
    standards=("rfc7519#7.2", "rfc8725#2.1", "rfc8725#3.1"),
    accepted=Severity.CRITICAL,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": (
            "auth/jwt-accepts-alg-none",
            "auth/jwt-ignores-signature",
            "auth/jwt-takes-public-key-for-secret",
            "auth/jwt-trusts-embedded-key",
            "auth/jwt-kid-names-a-file",
            "auth/jwt-kid-is-part-of-a-query",
        ),
        "wrong-status": ("auth/bad-credentials-answered-with-other-status",),
    },
)
