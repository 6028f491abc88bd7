"""An authorization server in memory, beside the API of contacts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest

from apicheck.model.exchange import Request, Response

FACTS = {
    "oauth": {
        "token": "token",
        "revoke": "revokeToken",
        "lifetime": "1h",
        "refresh": "rotating",
        "client_in": ["header", "body"],
    }
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

    def answer(self, request: Request, api: Callable[[Request], Response]) -> Response:
        if not request.path.startswith("/oauth/"):
            return self._by_token(request, api)
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

    def _granted(self, client: str, form: dict[str, str]) -> Response:
        kind, most = form.get("grant_type"), ALL
        if kind == "refresh_token":
            owner, most = self.refresh.get(form.get("refresh_token", ""), ("", ()))
            if "refresh_token" not in form:
                return refusal("invalid_request")
            if owner != client:
                return refusal("invalid_grant")
        elif kind != "client_credentials":
            return refusal("unsupported_grant_type" if kind else "invalid_request")
        asked = tuple(form.get("scope", "").split()) or most
        if not set(asked) <= set(most):
            return refusal("invalid_scope")
        self.refresh.pop(form.get("refresh_token", ""), None)
        self.made += 1
        token = f"$APICHECK_ISSUED_{self.made}"
        self.access[token] = client, asked
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
def oauth(bench: Callable[..., Any], tokens: Tokens) -> Callable[[str], dict[str, Any]]:
    """Check -> what it says of each of its cases."""
    del tokens

    def judged(name: str, **facts: Any) -> dict[str, Any]:
        on = "revokeToken" if name.startswith("revocation") else "token"
        stated = {"oauth": {**FACTS["oauth"], **facts}}
        made = bench(f"oauth/{name}", facts=stated, spec=SPEC, operation=on)
        return made.judgements() if made.check.cases else {"": made.judged()[0]}

    return judged
