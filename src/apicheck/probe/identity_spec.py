"""The properties of an identity that a script asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from apicheck.model.json import Json

RIGHTS = ("scopes", "permissions", "roles")
"""Kinds of rights, named as the members of an `IdentitySpec` and of an `Ask`."""


@dataclass(frozen=True, slots=True)
class IdentitySpec:
    """The properties of a wanted identity. Rights that are None: all of them."""

    scopes: tuple[str, ...] | None = None
    permissions: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    tenant: str = ""
    user: str = ""
    app: str = ""
    plan: str = ""
    state: str = "active"
    scheme: str = ""
    claims: Mapping[str, Json] = field(default_factory=dict)
    renewed: bool = True
    """Whether its token is replaced when it has expired."""

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Json]) -> IdentitySpec:
        """The spec that the arguments of `Ask("mint", …)` describe."""
        scopes, permissions, roles = (sort_or_none(arguments.get(kind)) for kind in RIGHTS)
        return cls(
            scopes=scopes,
            permissions=permissions,
            roles=roles,
            tenant=arguments.get("tenant") or "",
            user=arguments.get("user") or "",
            app=arguments.get("app") or "",
            plan=arguments.get("plan") or "",
            state=arguments.get("state") or "active",
            scheme=arguments.get("scheme") or "",
            claims=arguments.get("claims") or {},
            renewed=arguments.get("renewed", True),
        )

    @property
    def fits_client(self) -> bool:
        """Whether an OAuth client can get it: of no user, app or plan, with every other right."""
        beyond = (self.permissions, self.roles)
        named = self.user or self.app or self.plan or self.claims
        return self.state == "active" and not named and beyond == (None, None)


def has_exactly(
    has: tuple[str, ...] | None, wanted: tuple[str, ...] | None, every: tuple[str, ...]
) -> bool:
    """Whether an identity has the wanted rights of one kind, and no other."""
    if wanted is None:
        return has is None or set(every) <= set(has)
    return has is not None and set(has) == set(wanted)


def sort_or_none(words: Iterable[str] | None) -> tuple[str, ...] | None:
    """Words in order, to be compared; None stays None."""
    return None if words is None else tuple(sorted(words))
