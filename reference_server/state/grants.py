"""What clients were granted: access tokens, and the refresh tokens that belong to them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Grant:
    """Tokens that belong together. access: ids of identities. refresh: the one that works."""

    client: str
    user: str
    scopes: tuple[str, ...]
    access: list[str] = field(default_factory=list)
    refresh: str = ""


@dataclass(slots=True)
class Code:
    """An authorization code: what it will grant, and to whom it may be sent back."""

    grant: Grant
    redirect_uri: str
    challenge: str
    method: str
    expires: float
    used: bool = False


class Grants:
    """Every grant, found by an access token's identity or by a refresh token, used ones too."""

    def __init__(self) -> None:
        self._by_access: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self.codes: dict[str, Code] = {}

    def note_access(self, grant: Grant, identity_id: str) -> None:
        """One more access token."""
        grant.access.append(identity_id)
        self._by_access[identity_id] = grant

    def note_refresh(self, grant: Grant, token: str) -> None:
        """The refresh token that works from now on."""
        grant.refresh = token
        self._by_refresh[token] = grant

    def of_access(self, identity_id: str) -> Grant | None:
        """The grant of an access token."""
        return self._by_access.get(identity_id)

    def of_refresh(self, token: str) -> Grant | None:
        """The grant of a refresh token, whether or not that works any more."""
        return self._by_refresh.get(token)
