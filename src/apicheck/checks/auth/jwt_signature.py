"""A JSON Web Token is believed with its issuer's signature, and with no other."""

from __future__ import annotations

import base64
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    build,
    credentials,
    judging,
    keys,
    steps,
)
from apicheck.checks.auth._scope import (
    covered_by_sibling,
    is_still_valid,
    jwt_scheme,
    needs_no_credential,
)


def _hmac(secret: str) -> str:
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
    "an empty secret": ("weak secret", _hmac("")),
    "a weak secret": ("weak secret", _hmac("secret")),
    "kid names a file": ("kid", f"~jose(kid={_FILE}){_hmac('')}"),
    "kid with SQL": ("kid", f"~jose(kid=' UNION SELECT 'apicheck' --){_hmac('apicheck')}"),
    "kid of no key": ("kid", f"~jose(kid=apicheck){_hmac('apicheck')}"),
}
"""Name -> what is wrong, and the derivation that makes it so."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations whose credential is a JWT by the document."""
    if reason := needs_no_credential(subject):
        return reason
    if not jwt_scheme(subject):
        return NotApplicable("its credential is no JWT (bearerFormat) by the document")
    if subject.facts.authentication.bad is None:
        return NotApplicable("the policy says nothing on credentials that are not valid")
    return covered_by_sibling(subject) or Applies(
        facts=("authentication.refusal", "authentication.jwt")
    )


def cases(subject: Subject) -> tuple[Case, ...]:
    """The table; and the public key as a secret, where an operation publishes it."""
    rows = [Case(name, derivation) for name, (_, derivation) in _ROWS.items()]
    facts = subject.facts.authentication.jwt
    if facts is not None and facts.keys:
        rows += [
            Case("public key as a secret", {"end": "\n"}),
            Case("public key as a secret, trimmed", {"end": ""}),
        ]
    return tuple(rows)


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with a token that its issuer did not sign."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    value = subject.case.value if subject.case else ""
    derivation = str(value)
    if isinstance(value, dict):
        derivation = yield from _with_public_key(subject, str(value["end"]))
    scheme = jwt_scheme(subject)
    sent = credentials.credentials_of(subject.context, subject.op.id, build.identity_of(subject))
    changed = (
        replace(one, value=one.value + derivation) if one.scheme == scheme else one for one in sent
    )
    yield from steps.send(request.with_bad_credentials(*changed))


def _with_public_key(subject: Subject, end: str) -> Steps[str]:
    """HMAC with the first key that the API publishes, in PEM."""
    facts = subject.facts.authentication.jwt
    assert facts is not None  # cases() saw to it
    answer = yield from build.send_control(subject, facts.keys)
    pem = next(keys.read_public_keys(answer.json_or() if answer else None), None)
    if pem is None:
        steps.end_script(
            NotTested(NotTestedKind.NEEDS_REQUEST, f"{facts.keys} shows no public key")
        )
    return _hmac(pem.decode().rstrip("\n") + end)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Believed is worse than refused with the wrong status."""
    refusal = subject.facts.authentication.bad
    assert refusal is not None  # applies() saw to it
    assert subject.case is not None  # cases() has them
    if any(is_still_valid(one) for one in transcript.exercised):
        return NotApplicable("the credential is no JWT, and so it was not changed")
    what = _ROWS.get(subject.case.name, ("public key as a secret", ""))[0]
    return judging.judge_refused(transcript, refusal, what)


CHECK = Check(
    title="A JWT is believed with its issuer's signature alone",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.refusal", "authentication.jwt"),
    standards=("rfc7519#7.2", "rfc8725#2.1", "rfc8725#3.1"),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
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
