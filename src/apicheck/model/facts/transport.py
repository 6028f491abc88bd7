"""Promises about connections and browsers: HTTPS, HSTS, CORS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.facts.responses import Never

ANY_ORIGIN = "*"


@dataclass(frozen=True, slots=True)
class Hsts:
    """Strict-Transport-Security (RFC 6797 section 6.1).

    max_age_s: the least that max-age may be; it is always more than 0.
    """

    max_age_s: float = 1.0
    subdomains: bool = False
    preload: bool = False


@dataclass(frozen=True, slots=True)
class Cors:
    """Which web pages may call the API (Fetch standard, CORS protocol).

    origins: as browsers send them (`https://app.example.com`); ("*",): any. credentials: whether
    pages may send cookies with their calls; None: not said.
    """

    origins: tuple[str, ...]
    credentials: bool | None = None

    @property
    def any_origin(self) -> bool:
        """Whether pages of any origin may call."""
        return ANY_ORIGIN in self.origins


@dataclass(frozen=True, slots=True)
class Transport:
    """`transport`. Every member is None, or empty, where the policy does not say.

    https: "required", "recommended" or "optional". plain: what plain HTTP gets, "refused" or
    "redirected". tls: the oldest version that is spoken. hosts: region -> host that serves the API.
    cors NEVER: pages of other origins may not call.
    """

    https: str | None = None
    plain: str | None = None
    tls: str | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)
    hsts: Hsts | None = None
    cors: Never | Cors | None = None
