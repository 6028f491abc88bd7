"""An authorization server on Authlib and Flask, as its documentation shows, kept in memory.

What Authlib leaves to the application is done honestly; the rest is as it comes.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    ClientMixin,
    OAuth2Error,
    TokenMixin,
    grants,
)
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Flask, Response, jsonify, request

PORT = int(sys.argv[1])
ISSUER = f"http://127.0.0.1:{PORT}"
SCOPES = ("things:read", "things:all")
SESSION = os.environ["SESSION"]


@dataclass
class Client(ClientMixin):
    name: str
    secret: str
    scopes: tuple[str, ...] = SCOPES

    def get_client_id(self) -> str:
        return self.name

    def get_default_redirect_uri(self) -> str:
        return f"https://{self.name}.example/callback"

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(one for one in (scope or "").split() if one in self.scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.get_default_redirect_uri()

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, _: str) -> bool:
        if not self.secret:
            return method == "none"
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        if not self.secret and grant_type == "client_credentials":
            return False
        return grant_type in ("authorization_code", "client_credentials", "refresh_token")


@dataclass
class Code(AuthorizationCodeMixin):
    code: str
    client: Client
    redirect_uri: str
    scope: str
    code_challenge: str | None
    code_challenge_method: str | None
    made: float

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Token(TokenMixin):
    access_token: str
    refresh_token: str | None
    client: Client
    user: str | None
    scope: str
    ends: float
    revoked: bool = False

    def check_client(self, client: Client) -> bool:
        return client is self.client

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return int(self.ends - time.time())

    def is_expired(self) -> bool:
        return time.time() >= self.ends

    def is_revoked(self) -> bool:
        return self.revoked

    def get_user(self) -> str | None:
        return self.user

    def get_client(self) -> Client:
        return self.client


def read_client(name: str, **given: Any) -> Client:
    return Client(f"client-{name}", os.environ[f"{name.upper()}_SECRET"], **given)


CLIENTS = [
    read_client("a"),
    read_client("b"),
    read_client("limited", scopes=SCOPES[:1]),
    Client("client-app", ""),
]
CODES: dict[str, Code] = {}
TOKENS: list[Token] = [
    Token(os.environ["TOKEN"], None, CLIENTS[0], "ada", " ".join(SCOPES), time.time() + 3600)
]


def query_client(name: str) -> Client | None:
    return next((client for client in CLIENTS if client.name == name), None)


def find_token(**wanted: str) -> Token | None:
    for token in TOKENS:
        if all(getattr(token, name) == value for name, value in wanted.items()):
            return token
    return None


def save_token(token: dict[str, Any], asked: Any) -> None:
    TOKENS.append(
        Token(
            token["access_token"],
            token.get("refresh_token"),
            asked.client,
            asked.user,
            token.get("scope", ""),
            time.time() + token["expires_in"],
        )
    )


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib is not typed
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def save_authorization_code(self, code: str, asked: Any) -> None:
        CODES[code] = Code(
            code,
            asked.client,
            asked.payload.redirect_uri,
            asked.scope,
            asked.payload.data.get("code_challenge"),
            asked.payload.data.get("code_challenge_method"),
            time.time(),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found = CODES.get(code)
        fresh = found is not None and time.time() < found.made + 300
        return found if found and fresh and found.client is client else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del CODES[authorization_code.code]

    def authenticate_user(self, _: Code) -> str:
        return "ada"


class ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]  # Authlib is not typed
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class Refresh(grants.RefreshTokenGrant):  # type: ignore[misc]  # Authlib is not typed
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        found = find_token(refresh_token=refresh_token)
        return None if found is None or found.revoked else found

    def authenticate_user(self, refresh_token: Token) -> str | None:
        return refresh_token.user

    def revoke_old_credential(self, refresh_token: Token) -> None:
        refresh_token.revoked = True


class Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib is not typed
    CLIENT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def query_token(self, token_string: str, _: str | None) -> Token | None:
        return find_token(access_token=token_string) or find_token(refresh_token=token_string)

    def revoke_token(self, token: Token, _: Any) -> None:
        token.revoked = True


class Issuer(IssuerParameter):  # type: ignore[misc]  # Authlib is not typed
    def get_issuer(self) -> str:
        return ISSUER


class Validator(BearerTokenValidator):  # type: ignore[misc]  # Authlib is not typed
    def authenticate_token(self, token_string: str) -> Token | None:
        return find_token(access_token=token_string)


os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
app = Flask(__name__)
app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
app.config["OAUTH2_TOKEN_EXPIRES_IN"] = dict.fromkeys(
    ("authorization_code", "client_credentials", "refresh_token"), 3600
)
app.config["OAUTH2_SCOPES_SUPPORTED"] = list(SCOPES)
server = AuthorizationServer(app, query_client, save_token)
server.register_grant(CodeGrant, [CodeChallenge(required=True)])
server.register_grant(ClientCredentials)
server.register_grant(Refresh)
server.register_endpoint(Revocation)
server.register_extension(Issuer())
protect = ResourceProtector()
protect.register_token_validator(Validator())


@app.route("/oauth/authorize", methods=["GET", "POST"])
def authorize() -> Any:
    if request.cookies.get("session") != SESSION:
        return Response("sign in first", 401)
    try:
        grant = server.get_consent_grant(end_user="ada")
    except OAuth2Error as error:
        return server.handle_error_response(server.create_oauth2_request(request), error)
    if request.form.get("confirm") != "yes":
        return "<form method=post><button name=confirm value=yes>Let it in</button></form>"
    return server.create_authorization_response(grant_user="ada", grant=grant)


@app.post("/oauth/token")
def token() -> Any:
    return server.create_token_response()


@app.post("/oauth/revoke")
def revoke() -> Any:
    return server.create_endpoint_response("revocation")


@app.get("/.well-known/oauth-authorization-server")
def metadata() -> Any:
    return jsonify(
        issuer=ISSUER,
        authorization_endpoint=f"{ISSUER}/oauth/authorize",
        token_endpoint=f"{ISSUER}/oauth/token",
        revocation_endpoint=f"{ISSUER}/oauth/revoke",
        response_types_supported=["code"],
        grant_types_supported=["authorization_code", "client_credentials", "refresh_token"],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
    )


@app.get("/things")
@protect(["things:read"])
def list_things() -> Any:
    return jsonify([])


@app.get("/things/all")
@protect(["things:all"])
def list_all_things() -> Any:
    return jsonify([])


app.run(port=PORT)
