"""An authorization server in memory, beside the API of contacts."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from apicheck.model.exchange import Request, Response

FACTS = {
    "oauth": {
        "token": "token",
        "revoke": "revokeToken",
        "lifetime": "1h",
        "refresh": "rotating",
        "client_in": ["header", "body"],
        "authorize": "/oauth/authorize",
        "pkce": {"methods": "S256", "required": True},
        "code_lifetime": "5m",
        "reuse_ends": ["access", "refresh"],
        "metadata": "/.well-known/oauth-authorization-server",
        "iss_parameter": True,
    }
}
METADATA = {
    "issuer": "https://127.0.0.1",
    "token_endpoint": "https://127.0.0.1/oauth/token",
    "authorization_endpoint": "https://127.0.0.1/oauth/authorize",
    "revocation_endpoint": "https://127.0.0.1/oauth/revoke",
    "introspection_endpoint": "https://127.0.0.1/oauth/introspect",
    "response_types_supported": ["code"],
    "authorization_response_iss_parameter_supported": True,
    "grant_types_supported": ["client_credentials", "refresh_token", "authorization_code"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    "code_challenge_methods_supported": ["S256"],
}
SPEC = {
    "paths": {
        "/campaigns": {
            "get": {
                "operationId": "listCampaigns",
                "security": [{"bearer": ["campaigns"]}],
                "responses": {"200": {"description": "All of them"}},
            }
        }
    }
}
CLIENTS = {f"$APICHECK_{name}_ID": f"$APICHECK_{name}_SECRET" for name in "AB"}
ALL = ("contacts:read", "contacts:write", "campaigns")


def refusal(error: str) -> Response:
    status = 401 if error == "invalid_client" else 400
    headers = (("WWW-Authenticate", "Basic"),) if status == 401 else ()
    return Response(status, headers, json.dumps({"error": error}).encode())


@dataclass
class Tokens:
    """Honest but for what a test takes away. owner: token -> (client, scopes)."""

    by_basic: bool = True
    refreshes: bool = True
    access: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    refresh: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    made: int = 0
    codes: dict[str, tuple[str, tuple[str, ...], str]] = field(default_factory=dict)
    """Code -> client, scopes, challenge; those that were used or have expired are not there."""
    of_code: dict[str, str] = field(default_factory=dict)
    """Used code or refresh token -> the access token that it got."""

    def answer(self, request: Request, api: Callable[[Request], Response]) -> Response:
        if request.path == FACTS["oauth"]["metadata"]:
            fields = (("Content-Type", "application/json"),)
            return Response(200, fields, json.dumps(METADATA).encode())
        if request.path == "/oauth/authorize":
            return self._authorized(dict(request.query))
        if not request.path.startswith("/oauth/"):
            return self._by_token(request, api)
        if request.method != "POST":
            return Response(405)
        pairs = parse_qsl((request.body or b"").decode(), keep_blank_values=True)
        form = dict(pairs)
        if len(form) < len(pairs):
            return refusal("invalid_request")
        header = dict(request.wire_headers).get("Authorization", "")
        name, _, secret = header.removeprefix("Basic ").partition(":")
        if header and (form.get("client_secret") or not self.by_basic):
            return refusal("invalid_request" if self.by_basic else "invalid_client")
        if not header:
            name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if name not in CLIENTS or CLIENTS[name] != secret:
            return refusal("invalid_client")
        act = self._revoked if request.path == "/oauth/revoke" else self._granted
        return act(name, form)

    def _authorized(self, query: dict[str, str]) -> Response:
        client = query["client_id"]
        uri = f"https://{client[10].lower()}.example/callback"
        if query.get("redirect_uri") != uri:
            return refusal("invalid_request")
        said = {"state": query["state"], "iss": "https://127.0.0.1"}
        if query.get("response_type") != "code":
            said["error"] = "unsupported_response_type"
        elif query.get("code_challenge_method") != "S256":
            said["error"] = "invalid_request"
        else:
            said["code"] = f"code-{len(self.codes) + len(self.of_code)}-{self.made}"
            scopes = tuple(query.get("scope", "").split())
            self.codes[said["code"]] = client, scopes, query["code_challenge"]
        return Response(302, (("Location", f"{uri}?{urlencode(said)}"),))

    def _exchanged(self, client: str, form: dict[str, str]) -> tuple[str, ...] | Response:
        code = form.get("code", "")
        self._end(code)
        owner, scopes, challenge = self.codes.get(code, ("", (), ""))
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        fits = challenge == urlsafe_b64encode(digest).decode().rstrip("=")
        uri = f"https://{client[10].lower()}.example/callback"
        if owner != client or not fits or form.get("redirect_uri") != uri:
            return refusal("invalid_grant")
        del self.codes[code]
        return scopes

    def _end(self, used: str) -> None:
        """End the tokens of a used code or refresh token."""
        while used in self.of_code:
            token = self.of_code.pop(used)
            self.access.pop(token, None)
            used = f"{token}_R"
            self.refresh.pop(used, None)

    def _granted(self, client: str, form: dict[str, str]) -> Response:
        kind, most = form.get("grant_type"), ALL
        if kind == "authorization_code" and "code" not in form:
            return refusal("invalid_request")
        if kind == "authorization_code":
            scopes = self._exchanged(client, form)
            return scopes if isinstance(scopes, Response) else self._issued(client, scopes, form)
        if kind == "refresh_token":
            owner, most = self.refresh.get(form.get("refresh_token", ""), ("", ()))
            if "refresh_token" not in form:
                return refusal("invalid_request")
            if owner != client:
                self._end(form["refresh_token"])
                return refusal("invalid_grant")
        elif kind != "client_credentials":
            return refusal("unsupported_grant_type" if kind else "invalid_request")
        asked = tuple(form.get("scope", "").split()) or most
        if not set(asked) <= set(most):
            return refusal("invalid_scope")
        self.refresh.pop(form.get("refresh_token", ""), None)
        return self._issued(client, asked, form)

    def _issued(self, client: str, asked: tuple[str, ...], form: dict[str, str]) -> Response:
        self.made += 1
        token = f"$APICHECK_ISSUED_{self.made}"
        self.access[token] = client, asked
        self.of_code[form.get("code") or form.get("refresh_token", "")] = token
        members: dict[str, Any] = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": " ".join(asked),
        }
        if self.refreshes:
            members["refresh_token"] = f"{token}_R"
            self.refresh[f"{token}_R"] = client, asked
        return Response(200, body=json.dumps(members).encode())

    def _revoked(self, client: str, form: dict[str, str]) -> Response:
        for kept in (self.access, self.refresh):
            if kept.get(form.get("token", ""), ("", ()))[0] == client:
                del kept[form["token"]]
        return Response(200)

    def _by_token(self, request: Request, api: Callable[[Request], Response]) -> Response:
        token = dict(request.wire_headers).get("Authorization", "").removeprefix("Bearer ")
        if "ISSUED" not in token:
            return api(request)
        if token not in self.access:
            return Response(401)
        needed = "campaigns" if request.path == "/campaigns" else "contacts:read"
        return Response(200 if needed in self.access[token][1] else 403)


@pytest.fixture
def tokens(server: Any) -> Tokens:
    made, api = Tokens(), server.answer
    server.answer = lambda request: made.answer(request, api)
    return made


@pytest.fixture
def setting() -> dict[str, Any]:
    """Every promise of an authorization server, and operations that take its tokens."""
    return {"facts": FACTS, "spec": dict(SPEC)}


@pytest.fixture
def oauth(bench: Callable[..., Any], tokens: Tokens) -> Callable[[str], dict[str, Any]]:
    """Check -> what it says of each of its cases."""
    del tokens

    def judged(name: str, **facts: Any) -> dict[str, Any]:
        on = "revokeToken" if name.startswith("revocation") else "token"
        on = "" if name.startswith("metadata") else on
        stated = {"oauth": {**FACTS["oauth"], **facts}}
        placed = {"operation": on} if on else {}
        made = bench(f"oauth/{name}", facts=stated, spec=SPEC, **placed)
        return made.judgements() if made.check.cases else {"": made.judged()[0]}

    return judged
