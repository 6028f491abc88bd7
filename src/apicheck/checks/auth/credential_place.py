"""A valid credential that stands in another place than the policy has it is none."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from apicheck.authoring import (
    Applies,
    Caller,
    Case,
    Check,
    Confirm,
    Credential,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Request,
    Script,
    Severity,
    Subject,
    Transcript,
    alter,
    build,
    describe,
    steps,
)
from apicheck.checks.auth._scope import covered_by_sibling, needs_no_credential

_QUERY = ("access_token", "api_key", "token")
"""`access_token` is RFC 6750's (section 2.3); the others are what APIs call it."""
_FORM = "application/x-www-form-urlencoded"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says in which places a credential may be."""
    if reason := needs_no_credential(subject) or covered_by_sibling(subject):
        return reason
    if not subject.facts.authentication.credential_in:
        return NotApplicable("the policy does not say where a credential may be")
    return Applies(facts=("authentication.credential_in",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Every place that the policy does not name, with the names that are usual there."""
    allowed = subject.facts.authentication.credential_in
    keys = [s.parameter for s in subject.context.spec.schemes.values() if s.kind == "apiKey"]
    rows = []
    if "query" not in allowed:
        names = dict.fromkeys((*_QUERY, *keys))
        rows += [Case(f"query {name}", {"place": "query", "name": name}) for name in names]
    if "cookie" not in allowed:
        names = dict.fromkeys(("access_token", *keys))
        rows += [Case(f"cookie {name}", {"place": "cookie", "name": name}) for name in names]
    if subject.op.body:
        rows.append(Case("body access_token", {"place": "body", "name": "access_token"}))
    return tuple(rows)


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same with its credential somewhere else."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    row = subject.case.value if subject.case else {}
    secret = build.identity_of(subject).placeholder
    yield from steps.send(_moved(request, str(row["place"]), str(row["name"]), secret))


def _moved(request: Request, place: str, name: str, secret: str) -> Request:
    """The request from nobody, with a secret in another place."""
    bare = replace(request.without_credentials(), caller=Caller.ANONYMOUS)
    if place != "body":
        return replace(bare, credentials=(Credential("", place, name, secret),))
    return replace(bare, body=_with_member(bare, name, secret))


def _with_member(request: Request, name: str, secret: str) -> bytes:
    """The body with one more member, or one more parameter of a form."""
    body = request.body or b""
    media = next((v for n, v in request.headers if n.lower() == "content-type"), "")
    if media.startswith(_FORM):
        added = f"{name}={quote(secret, safe='$')}".encode()
        return body + b"&" + added if body else added
    if body.startswith(b"{") and body != b"{}":
        return body[:-1] + b"," + alter.encode_json({name: secret})[1:]
    return alter.encode_json({name: secret})


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Only being served is a mistake: what is answered otherwise is other checks' business."""
    allowed = " or ".join(subject.facts.authentication.credential_in)
    row = subject.case.value if subject.case else {}
    for exchange in transcript.exercised:
        if exchange.succeeded:
            expected = f"not served: a credential belongs into the {allowed}"
            detail = str(row.get("place", ""))
            return Failure("accepted", expected, describe(exchange), detail, exchange.id)
    return None


CHECK = Check(
    title="A credential in another place than promised is not accepted",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.credential_in",),
    standards=("rfc6750#2.3", "rfc6750#5.3"),
    outcomes=(Outcome("accepted", Severity.MEDIUM, Confirm.ONCE),),
    proven_by={
        "accepted": (
            "auth/takes-credential-from-query",
            "auth/takes-credential-from-cookie",
            "auth/takes-credential-from-body",
        )
    },
)
