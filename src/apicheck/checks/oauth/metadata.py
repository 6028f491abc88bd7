"""The metadata of the authorization server are served, with the members that they must have."""

from __future__ import annotations

from apicheck.authoring import (
    Check,
    Failure,
    Judgement,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    describe,
)
from apicheck.checks.oauth._codes import find_authorization_path
from apicheck.checks.oauth._metadata import applies, fetch_metadata, read_members

_MEDIA = "application/json"
_TYPES = {"response_types_supported": list}


def script(subject: Subject) -> Script:
    """Get the metadata."""
    yield from fetch_metadata(subject)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if there are none, or they lack what the policy's endpoints require."""
    oauth = subject.facts.oauth
    required = ["issuer", "response_types_supported"]
    required += ["token_endpoint"] if oauth and oauth.token else []
    required += ["authorization_endpoint"] if find_authorization_path(subject) else []
    for exchange in transcript.exercised:
        members = read_members(exchange)
        if exchange.status != 200 or not members:
            expected = "200 and a JSON object"
            return Failure("unavailable", expected, describe(exchange), exchange=exchange.id)
        if exchange.received.media_type != _MEDIA:
            came = exchange.received.media_type or "no media type"
            return Failure("wrong-media", _MEDIA, came, exchange=exchange.id)
        for name in required:
            if not isinstance(members.get(name), _TYPES.get(name, str)):
                words = "a list" if name in _TYPES else "a string"
                came = "no such member" if name not in members else "something else"
                return Failure("missing", f"{name}, {words}", came, name, exchange.id)
    return None


CHECK = Check(
    title="The metadata of the authorization server are complete",
    failure_title="The metadata of the authorization server are not served, or not complete",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("oauth.metadata",),
    standards=("rfc8414#2", "rfc8414#3.2"),
    outcomes=(
        Outcome("unavailable", Severity.MEDIUM),
        Outcome("wrong-media", Severity.LOW),
        Outcome("missing", Severity.MEDIUM),
    ),
    proven_by={
        "unavailable": ("oauth/serves-no-metadata",),
        "wrong-media": ("oauth/metadata-as-text",),
        "missing": ("oauth/metadata-without-response-types",),
    },
)
