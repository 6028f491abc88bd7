"""A webhook delivery as it is signed: the raw bytes, neither parsed nor redacted."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from apicheck.model.exchange import Pairs
from apicheck.model.facts import Signature

VALID = "valid"
ABSENT = "absent"
"""The delivery carries no signature, or lacks a field that the signature covers."""
DOWNGRADED = "downgraded"
"""The only signatures are of older versions of the scheme, which its verifiers must not accept."""
INVALID = "invalid"
STALE = "stale"
"""The signature is valid, but its timestamp is further from now than the tolerance."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An HTTP request that carries a webhook. target: path and query as on the request line.

    scheme: of the URL to which it is sent, "http" or "https".
    """

    method: str
    target: str
    headers: Pairs
    body: bytes
    scheme: str = "http"

    def header(self, name: str) -> str | None:
        """The value of a header, None when it is absent; lines of one name are joined."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    def with_headers(self, *headers: tuple[str, str]) -> Delivery:
        """The same delivery with these headers, in place of those of the same names."""
        names = {name.lower() for name, _ in headers}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in names)
        return replace(self, headers=(*kept, *headers))

    def without(self, *names: str) -> Delivery:
        """The same delivery without the headers of these names."""
        lowered = {name.lower() for name in names}
        return replace(
            self, headers=tuple(pair for pair in self.headers if pair[0].lower() not in lowered)
        )


@dataclass(frozen=True, slots=True)
class Signing:
    """What a delivery is signed with, or verified against.

    facts: the scheme and its options. secret: as the provider hands it out; of a scheme with two
    keys, the private one to sign, either to verify. now: epoch seconds on the sender's clock.
    context: further values: `id` of the delivery (to sign), path parameters (`licenseCode`).
    """

    facts: Signature
    secret: str
    now: float
    context: Mapping[str, str] = field(default_factory=dict)

    @property
    def tolerance_s(self) -> float:
        """How far a timestamp may be from now."""
        return self.facts.tolerance_s

    def option(self, name: str, default: str = "") -> str:
        """An option of the scheme, as the policy writes it."""
        return self.facts.options.get(name, default)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a scheme adds to a delivery, taken apart.

    macs: (version, signature) pairs in their order, the version "" where the scheme has none.
    timestamp, id: as text; None where they are absent, or the scheme has none.
    """

    macs: tuple[tuple[str, str], ...] = ()
    timestamp: str | None = None
    id: str | None = None

    def of(self, version: str) -> list[str]:
        """The signatures of a version."""
        return [mac for name, mac in self.macs if name == version]


class Scheme(Protocol):
    """The functions of each scheme's module."""

    def verify(self, signing: Signing, delivery: Delivery) -> str:
        """VALID, ABSENT, DOWNGRADED, INVALID or STALE."""
        ...

    def sign(self, signing: Signing, delivery: Delivery) -> Delivery:
        """The delivery with its signature on it. Raises ValueError for an unusable secret."""
        ...

    def read(self, signing: Signing, delivery: Delivery) -> Parts:
        """What the scheme added to a delivery."""
        ...

    def write(self, signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
        """The delivery with these parts in place of those that it has."""
        ...


def is_one_of(macs: Iterable[str], expected: str) -> bool:
    """Whether a signature is the expected one, compared in constant time."""
    return any(hmac.compare_digest(mac.encode(), expected.encode()) for mac in macs)
