"""Identities with their credentials, and the OAuth clients of each tenant."""

from __future__ import annotations

import random
import string
from base64 import b64encode
from dataclasses import dataclass, field, replace

from apicheck.model.json import Json

TOKEN_LENGTH = 40
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Identity:
    """A credential and what it may do. expires: epoch seconds, None for never."""

    id: str
    name: str
    token: str
    scheme: str = ""
    scopes: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    tenant: str = "a"
    user: str = ""
    app: str = ""
    account: str = ""
    plan: str = ""
    roles: tuple[str, ...] = ()
    state: str = "active"
    parameters: dict[str, str] = field(default_factory=dict)
    expires: float | None = None
    credentials: dict[str, str] = field(default_factory=dict)
    """Scheme -> what it has besides its token."""

    def state_at(self, now: float) -> str:
        """The state at an instant: an active identity expires."""
        over = self.expires is not None and now >= self.expires
        return "expired" if over and self.state == "active" else self.state

    def as_json(self, now: float) -> dict[str, Json]:
        """The Identity of the control protocol."""
        names = (
            "id", "name", "token", "scheme", "scopes", "permissions", "tenant", "user", "app",
            "account", "plan", "roles", "state", "parameters", "expires", "credentials",
        )  # fmt: skip
        return {**{name: getattr(self, name) for name in names}, "state": self.state_at(now)}


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client: gets tokens of one tenant. scopes: those it may get; None: all there are.

    name: in the target file. redirect_uri: where it is sent authorization codes. public: it has no
    secret (RFC 6749, section 2.1).
    """

    id: str
    secret: str
    tenant: str
    name: str
    redirect_uri: str
    scopes: tuple[str, ...] | None = None
    public: bool = False


class Secrets:
    """Random tokens; the same ones for the same seed."""

    def __init__(self, seed: int | None) -> None:
        self._random: random.Random = (
            random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311  (asked for)
        )

    def token(self, length: int = TOKEN_LENGTH) -> str:
        """Letters and digits: one that differs from all others in its first characters too."""
        return "".join(self._random.choices(_ALPHABET, k=length))

    def basic(self) -> str:
        """What follows `Basic ` (RFC 7617)."""
        return b64encode(f"{self.token(12)}:{self.token(28)}".encode()).decode()

    def key(self, size: int = 24) -> bytes:
        """Random bytes."""
        return self._random.randbytes(size)


class Directory:
    """Every identity there is, found by id or by token."""

    def __init__(self, identities: tuple[Identity, ...], clients: tuple[Client, ...]) -> None:
        self.clients = {client.id: client for client in clients}
        self._by_id: dict[str, Identity] = {}
        self._by_token: dict[str, tuple[str, str]] = {}
        for identity in identities:
            self.add(identity)

    def add(self, identity: Identity) -> None:
        """One more identity."""
        self._by_id[identity.id] = identity
        for scheme, token in {identity.scheme: identity.token, **identity.credentials}.items():
            self._by_token[token] = identity.id, scheme

    def all(self) -> tuple[Identity, ...]:
        """In order of their making."""
        return tuple(self._by_id.values())

    def get(self, identity_id: str) -> Identity | None:
        """The identity of an id."""
        return self._by_id.get(identity_id)

    def with_token(self, token: str) -> Identity | None:
        """The identity whose token this is, character by character."""
        return self.get(self._by_token.get(token, ("", ""))[0])

    def scheme_of(self, token: str) -> str:
        """The scheme that a token is a credential of, "" for an unknown token."""
        return self._by_token.get(token, ("", ""))[1]

    def revoke(self, identity_id: str) -> bool:
        """Refuse an identity's token from now on; False when there is no such identity."""
        identity = self._by_id.get(identity_id)
        if identity is not None:
            self._by_id[identity_id] = replace(identity, state="revoked")
        return identity is not None
