"""The metadata offer what the policy promises, and nothing that the server does not serve."""

from __future__ import annotations

import json
from collections.abc import Mapping

from apicheck.authoring import (
    Case,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Json,
    Judgement,
    Mode,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    steps,
)
from apicheck.checks.oauth._client import request_token
from apicheck.checks.oauth._codes import find_authorization_path
from apicheck.checks.oauth._metadata import applies, fetch_metadata, find_metadata, read_list
from apicheck.checks.oauth._operations import refreshes, token_operation

_GRANTS, _CLIENTS = "grant types", "client authentication"
_TYPES, _CHALLENGES = "response types", "challenge methods"
_ISSUER = "issuer parameter"
_MEMBERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    _GRANTS: ("grant_types_supported", ("authorization_code", "implicit")),
    _CLIENTS: ("token_endpoint_auth_methods_supported", ("client_secret_basic",)),
    _TYPES: ("response_types_supported", ()),
    _CHALLENGES: ("code_challenge_methods_supported", ()),
    _ISSUER: ("authorization_response_iss_parameter_supported", ()),
}
"""Row -> member, and what its absence means (RFC 8414, section 2; RFC 9207, section 3)."""
_METHODS = {"header": "client_secret_basic", "body": "client_secret_post"}
_ASKED = ("client_credentials", "refresh_token", "authorization_code", "password")
"""Grant types that the token operation is asked for."""


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each member; that of the issuer where authorization responses name it."""
    oauth = subject.facts.oauth
    names_issuer = oauth is not None and oauth.iss_parameter
    return tuple(Case(name) for name in _MEMBERS if name != _ISSUER or names_issuer)


def _list_promised(subject: Subject) -> tuple[str, ...]:
    """What policy and document promise of the row."""
    oauth, schemes = subject.facts.oauth, subject.context.spec.schemes.values()
    authorizes = bool(find_authorization_path(subject))
    if oauth is None:
        return ()
    promised = {
        _GRANTS: {
            "client_credentials": any(scheme.token_url for scheme in schemes),
            "refresh_token": refreshes(subject),
            "authorization_code": authorizes,
        },
        _CLIENTS: {name: place in oauth.client_in for place, name in _METHODS.items()},
        _TYPES: {"code": authorizes},
        _CHALLENGES: dict.fromkeys(oauth.pkce.methods if oauth.pkce else (), True),
    }
    return tuple(word for word, holds in promised[subject.row.name].items() if holds)


def script(subject: Subject) -> Script:
    """Get the metadata, and ask for each grant type that they offer."""
    members = yield from fetch_metadata(subject)
    context = subject.context
    if subject.row.name != _GRANTS or not context.clients or context.mode is not Mode.FULL:
        return
    offered = _list_offered(subject, members)
    for kind in (one for one in _ASKED if one in offered):
        pair = ("grant_type", kind)
        request = yield from request_token(
            subject, token_operation(subject), context.clients[0], pair
        )
        yield from steps.send(request)


def _list_offered(subject: Subject, members: Mapping[str, Json]) -> tuple[str, ...]:
    return read_list(members, *_MEMBERS[subject.row.name])


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the metadata lack what is promised, or offer what is not served."""
    found = find_metadata(subject, transcript)
    if found is None or isinstance(found, Inconclusive):
        return found
    first, members = found
    row, (name, _) = subject.row.name, _MEMBERS[subject.row.name]
    if row == _ISSUER:
        return _judge_issuer(name, members, first)
    offered, promised = _list_offered(subject, members), _list_promised(subject)
    if missing := [word for word in promised if word not in offered]:
        came = f"{' '.join(offered) or 'none'}"
        return Failure("missing", f"{name} with {' '.join(missing)}", came, row, first.id)
    if row == _CHALLENGES and promised and (beyond := sorted({*offered} - {*promised})):
        expected = f"{name} with {' '.join(promised)} alone: the server must refuse others"
        return Failure("beyond", expected, " ".join(beyond), row, first.id)
    for exchange in transcript.exercised:
        if exchange is not first and _is_unsupported(exchange):
            expected = "any other error: the metadata offer this grant type"
            return Failure("beyond", expected, "unsupported_grant_type", row, exchange.id)
    return None


def _judge_issuer(name: str, members: Mapping[str, Json], first: Exchange) -> Judgement:
    """A server whose authorization responses name it says so (RFC 9207, section 2.3)."""
    if members.get(name) is True:
        return None
    came = f"{name}: {json.dumps(members[name])}" if name in members else f"no {name}"
    return Failure("missing", f"{name}: true, as it sends iss", came, _ISSUER, first.id)


def _is_unsupported(exchange: Exchange) -> bool:
    return exchange.members.get("error") == "unsupported_grant_type"


CHECK = Check(
    title="The metadata offer what the policy promises, and no more than is served",
    failure_title="The metadata do not offer what the policy promises, or more than is served",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=(
        "oauth.metadata",
        "oauth.refresh",
        "oauth.client_in",
        "oauth.pkce",
        "oauth.iss_parameter",
    ),
    accepted=True,
    standards=("rfc8414#2", "rfc9207#2.3"),
    outcomes=(Outcome("missing", Severity.LOW), Outcome("beyond", Severity.LOW)),
    proven_by={
        "missing": (
            "oauth/metadata-without-challenge-methods",
            "oauth/metadata-without-issuer-parameter",
        ),
        "beyond": ("oauth/metadata-offer-password-grant",),
    },
)
