"""The endpoints of the metadata are those of the document, and there."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import (
    Check,
    Failure,
    Inconclusive,
    Json,
    Judgement,
    Mode,
    Outcome,
    Request,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    describe,
    pointers,
    steps,
)
from apicheck.checks.oauth._codes import find_authorization_path
from apicheck.checks.oauth._metadata import applies, fetch_metadata, find_metadata, split

_BY_GET = ("jwks_uri", "userinfo_endpoint")
_BY_POST = (
    "introspection_endpoint",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
)
"""Asked without a client: each refuses the request, if it is there."""
_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
_ABSENT = (404, 410)


def find_known(subject: Subject) -> Mapping[str, str]:
    """Member -> path, of the endpoints that policy and document name."""
    oauth, spec = subject.facts.oauth, subject.context.spec
    jwt = subject.facts.authentication.jwt
    operations = {
        "token_endpoint": oauth.token if oauth else "",
        "revocation_endpoint": oauth.revoke if oauth else "",
        "jwks_uri": jwt.keys if jwt else "",
    }
    found = {name: spec.operation(named).path for name, named in operations.items() if named}
    path = find_authorization_path(subject)
    return {**found, "authorization_endpoint": path} if path else found


def _read_path(subject: Subject, url: Json) -> str:
    """The path of an endpoint below the URL of the API, "" for one that is elsewhere."""
    base, parts = split(subject.context.base_url), split(url)
    prefix = base.path.rstrip("/")
    here = parts.netloc == base.netloc and parts.path.startswith(f"{prefix}/")
    return parts.path.removeprefix(prefix) if here else ""


def script(subject: Subject) -> Script:
    """Get the metadata, and ask the endpoints that neither policy nor document names."""
    members, known = (yield from fetch_metadata(subject)), find_known(subject)
    asks = _BY_GET if subject.context.mode is Mode.READ_ONLY else (*_BY_GET, *_BY_POST)
    for name in asks:
        path = _read_path(subject, members.get(name))
        if path and name not in known:
            posts = name in _BY_POST
            yield from steps.send(
                Request("POST", path, headers=_FORM, body=b"") if posts else Request("GET", path)
            )


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if an endpoint is another than that of the document, or is not there."""
    found = find_metadata(subject, transcript)
    if found is None or isinstance(found, Inconclusive):
        return found
    first, members = found
    for name, path in find_known(subject).items():
        url = members.get(name)
        wanted = split(subject.context.base_url).path.rstrip("/") + path
        if url is not None and split(url).path != wanted:
            came = pointers.describe_value(url)
            expected = f"{name} with the path {wanted}, as in the document"
            return Failure("differs", expected, came, name, first.id)
    for exchange in transcript.exercised:
        if exchange is not first and exchange.status in _ABSENT:
            asked = exchange.request.path
            name = next((n for n in members if _read_path(subject, members[n]) == asked), asked)
            expected = f"an endpoint: the metadata name it {name}"
            return Failure("unknown", expected, describe(exchange), name, exchange.id)
    return None


CHECK = Check(
    title="The endpoints of the metadata are those of the document",
    failure_title="An endpoint of the metadata is not that of the document, or not there",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("oauth.metadata", "oauth.authorize", "authentication.jwt"),
    standards=("rfc8414#2",),
    outcomes=(Outcome("differs", Severity.MEDIUM), Outcome("unknown", Severity.LOW)),
    proven_by={
        "differs": ("oauth/metadata-with-old-token-endpoint",),
        "unknown": ("oauth/metadata-with-unknown-endpoint",),
    },
)
