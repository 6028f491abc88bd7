"""The authorization server: its endpoints, and what it promises of grants."""

from __future__ import annotations

from dataclasses import dataclass

from apicheck.model.facts.responses import ExpectedResponse


@dataclass(frozen=True, slots=True)
class Pkce:
    """`oauth.pkce` (RFC 7636). methods: those that the server takes; it refuses any other.

    required: whether it refuses an authorization request without a code challenge.
    required_of_public: whether it refuses those of clients that have no secret.
    """

    methods: tuple[str, ...] = ("S256",)
    required: bool = False
    required_of_public: bool = False


@dataclass(frozen=True, slots=True)
class OAuth:
    """`oauth`: operations of the authorization server, "" when not offered.

    authorize: operation, or path, of the authorization endpoint; "": that of the document.
    metadata: path of the metadata (RFC 8414), "" when not offered. issuer: its identifier; "": by
    the URL of the metadata. iss_parameter: whether authorization responses name the issuer
    (RFC 9207). refresh: "rotating" (each works once), "yes", "no" (none is issued), "" when not
    said. reuse_ends: which tokens of a grant ("access", "refresh") end when its used refresh token
    or code comes again. refresh_scope: the scope with which a client asks for a refresh token, ""
    where none is needed. client_in: where a client's credentials may be ("header", "body").
    bad_*: responses beyond what RFC 6749 section 5.2 requires; None: only that.
    """

    token: str = ""
    authorize: str = ""
    revoke: str = ""
    metadata: str = ""
    issuer: str = ""
    iss_parameter: bool = False
    lifetime_s: float | None = None
    code_lifetime_s: float | None = None
    refresh: str = ""
    refresh_scope: str = ""
    reuse_ends: tuple[str, ...] = ()
    client_in: tuple[str, ...] = ()
    pkce: Pkce | None = None
    bad_client: ExpectedResponse | None = None
    bad_scope: ExpectedResponse | None = None
    bad_grant: ExpectedResponse | None = None
