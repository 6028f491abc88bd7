"""A delivery before it is signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.facts import Signature


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A delivery before it is signed. timestamp: whole epoch seconds.

    values: names that a policy's own template may use (path parameters of the tenant). first:
    the timestamp of the first attempt, None where this is the first. url: of the receiver.
    media: the value of Content-Type.
    """

    scheme: Signature | None
    secret: str
    id: str
    timestamp: int
    body: bytes
    values: Mapping[str, str] = field(default_factory=dict)
    first: int | None = None
    url: str = ""
    method: str = "POST"
    media: str = "application/json"

    def option(self, name: str, default: str = "") -> str:
        """An option of the scheme, as the policy writes it."""
        return self.scheme.options.get(name, default) if self.scheme else default
