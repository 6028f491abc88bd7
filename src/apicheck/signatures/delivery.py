"""A webhook delivery as it is signed: the raw bytes, neither parsed nor redacted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from apicheck.model.exchange import Pairs
from apicheck.model.facts import Signature

_FAR_FUTURE = 10**11  # seconds; 13 digits, milliseconds, are above it
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

VALID = "valid"
ABSENT = "absent"
"""The delivery carries no signature, or lacks a field that the signature covers."""
INVALID = "invalid"
STALE = "stale"
"""The signature is valid, but its timestamp is further from now than the tolerance."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An HTTP request that carries a webhook. target: path and query as on the request line."""

    method: str
    target: str
    headers: Pairs
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, None when it is absent; lines of one name are joined."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    def with_headers(self, *headers: tuple[str, str]) -> Delivery:
        """The same delivery with these headers, in place of those of the same names."""
        names = {name.lower() for name, _ in headers}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in names)
        return replace(self, headers=(*kept, *headers))


class Scheme(Protocol):
    """The functions of each scheme's module.

    context: further values of a scheme: `id` of the delivery (to sign), names of path
    parameters (`licenseCode`) with their values.
    """

    def verify(
        self,
        signature: Signature,
        secret: str,
        delivery: Delivery,
        now: float,
        context: Mapping[str, str],
    ) -> str:
        """VALID, ABSENT, INVALID or STALE. now: epoch seconds of the sender's clock."""
        ...

    def sign(
        self,
        signature: Signature,
        secret: str,
        delivery: Delivery,
        now: float,
        context: Mapping[str, str],
    ) -> Delivery:
        """The delivery with its signature on it."""
        ...


def is_within(timestamp: str, now: float, past_s: float, future_s: float) -> bool:
    """Whether a decimal timestamp is at most this far in the past or future."""
    return now - past_s <= int(timestamp) <= now + future_s


def is_timestamp(text: str) -> bool:
    """Whether a text is epoch seconds in plain decimal digits, as verifiers may require."""
    return text.isascii() and text.isdigit() and len(text) <= len("1614265330000000")


def parse_timestamp(text: str, unit: str = "") -> float | None:
    """Epoch seconds of a timestamp; None for a text that is none, or is not in the unit.

    unit: "seconds", "milliseconds" or "rfc3339"; "" for whichever the text shows: as seconds,
    13 digits would be in a far millennium.
    """
    if is_timestamp(text):
        number = int(text)
        found = "seconds" if number < _FAR_FUTURE else "milliseconds"
        if (unit or found) not in ("seconds", "milliseconds"):
            return None
        return number / 1000 if (unit or found) == "milliseconds" else float(number)
    if unit not in ("", "rfc3339") or not _RFC_3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).timestamp()
    except (ValueError, OverflowError):
        return None
