"""The server ignores a valid credential outside the places that the policy names."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from urllib.parse import quote

from apicheck.authoring import (
    Applies,
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
    media_types,
    refused,
    spreading,
)
from apicheck.checks.auth._scope import covered_by_sibling, needs_no_credential

_QUERY = ("access_token", "api_key", "token")
"""`access_token` is RFC 6750's (section 2.3); the others are usual names."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply where the policy names the places of a credential."""
    if reason := needs_no_credential(subject) or covered_by_sibling(subject):
        return reason
    if not subject.facts.authentication.credential_in:
        return NotApplicable("the policy names no places (authentication.credential_in)")
    return Applies(facts=("authentication.credential_in",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Every place that the policy does not name, with the usual parameter names."""
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
    return spreading.spread(rows, subject.context.alternatives[subject.op.id])


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with its credential in another place."""
    yield from build.send_control(subject)
    yield from refused.send_refused(subject, partial(_move, subject))


def _move(subject: Subject, request: Request) -> Request:
    place, name = str(subject.row.value["place"]), str(subject.row.value["name"])
    secret = build.identity_of(subject).placeholder
    bare = request.without_credentials()
    if place == "body":
        return replace(bare, body=_add_member(bare, name, secret))
    return replace(bare, credentials=(Credential("", place, name, secret),))


def _add_member(request: Request, name: str, secret: str) -> bytes:
    """Add a member to the JSON body, or a parameter to the form."""
    body = request.body or b""
    if alter.media_type_of(request) == media_types.FORM:
        added = f"{name}={quote(secret, safe='$')}".encode()
        return body + b"&" + added if body else added
    if body.startswith(b"{") and body != b"{}":
        return body[:-1] + b"," + alter.encode_json({name: secret})[1:]
    return alter.encode_json({name: secret})


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the server accepts the request; other checks judge how it refuses it."""
    allowed = " or ".join(subject.facts.authentication.credential_in)
    for exchange in transcript.exercised:
        if exchange.succeeded:
            expected = f"not accepted: the policy allows a credential only in the {allowed}"
            detail = str(subject.row.value["place"])
            return Failure("accepted", expected, describe(exchange), detail, exchange.id)
    return None


CHECK = Check(
    title="A credential outside the promised places is not accepted",
    failure_title="A credential outside the promised places is accepted",
    applies=applies,
    cases=cases,
    rows_each=1,
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
