"""The metadata of the authorization server (RFC 8414)."""

from __future__ import annotations

from apicheck.model.json import Json
from reference_server.call import Call, Reply
from reference_server.oauth.endpoints import find_authorization_path, find_metadata_path
from reference_server.oauth.issuing import list_scopes, read_facts, refreshes
from reference_server.responses.headers import make_promised_headers
from reference_server.seam import seam

_WELL_KNOWN = "/.well-known/oauth-authorization-server"
_METHODS = {"header": "client_secret_basic", "body": "client_secret_post"}


@seam
def show_metadata(call: Call) -> Reply:
    """What clients may know of the authorization server."""
    reply = Reply(200, "application/json", write_metadata(call, _collect_members(call)))
    reply.headers += make_promised_headers(call, 200, None)
    return reply


@seam
def write_metadata(call: Call, members: dict[str, Json]) -> dict[str, Json]:
    """The members of the metadata (section 2)."""
    del call
    return members


def find_issuer(call: Call) -> str:
    """The issuer identifier: as the policy says, else where the metadata are (section 3)."""
    stated = read_facts(call).issuer
    if stated:
        return stated
    scheme = call.header("x-forwarded-proto") or "http"
    path = find_metadata_path(call.server.profile).replace(_WELL_KNOWN, "")
    return f"{scheme}://{call.header('host') or ''}{path}"


def _collect_members(call: Call) -> dict[str, Json]:
    facts, spec = read_facts(call), call.server.profile.spec
    issuer, authorize = find_issuer(call), find_authorization_path(call.server.profile)
    jwt = call.server.profile.facts.authentication.jwt
    places = facts.client_in or ("header", "body")
    endpoints = {
        "token_endpoint": spec.operation(facts.token).path,
        "authorization_endpoint": authorize,
        "revocation_endpoint": spec.operation(facts.revoke).path if facts.revoke else "",
        "jwks_uri": spec.operation(jwt.keys).path if jwt and jwt.keys else "",
    }
    root = issuer[
        : len(issuer) - len(find_metadata_path(call.server.profile).replace(_WELL_KNOWN, ""))
    ]
    root = root if not facts.issuer else issuer.rstrip("/")
    members: dict[str, Json] = {
        "issuer": issuer,
        **{name: root + path for name, path in endpoints.items() if path},
        "response_types_supported": ["code"] if authorize else [],
        "grant_types_supported": [
            "client_credentials",
            *(["refresh_token"] if refreshes(call) else []),
            *(["authorization_code"] if authorize else []),
        ],
        "scopes_supported": list(list_scopes(call)),
        "token_endpoint_auth_methods_supported": [_METHODS[place] for place in places],
        "authorization_response_iss_parameter_supported": facts.iss_parameter,
    }
    if facts.pkce:
        members["code_challenge_methods_supported"] = list(facts.pkce.methods)
    return members
