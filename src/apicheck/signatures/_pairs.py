"""A field of pairs, as in `t=1614265330,v1=…`: HMAC-SHA256 in hex over a time and the body."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    Delivery,
    Parts,
    Signing,
    is_one_of,
)
from apicheck.signatures.times import is_timestamp, judge_time


@dataclass(frozen=True, slots=True)
class PairsScheme:
    """A scheme whose one field holds a time and signatures with their versions.

    header: the usual name of the field; the option `header` gives another. separator: between the
    pairs. time, version: names of the pairs that count. joint: between time and body in what is
    signed. bounds_future: whether a time ahead of now is stale as one of the past is.
    """

    header: str
    separator: str
    time: str
    version: str
    joint: str
    bounds_future: bool = True

    def verify(self, signing: Signing, delivery: Delivery) -> str:
        """See `Scheme`."""
        parts = self.read(signing, delivery)
        if not parts.of(self.version):
            return ABSENT
        if parts.timestamp is None or not is_timestamp(parts.timestamp):
            return INVALID
        expected = self._compute_mac(signing.secret, parts.timestamp, delivery.body)
        if not is_one_of(parts.of(self.version), expected):
            return INVALID
        return judge_time(signing, parts.timestamp, future=self.bounds_future)

    def sign(self, signing: Signing, delivery: Delivery) -> Delivery:
        """See `Scheme`."""
        time = str(int(signing.now))
        mac = self._compute_mac(signing.secret, time, delivery.body)
        return self.write(signing, delivery, Parts(((self.version, mac),), time))

    def read(self, signing: Signing, delivery: Delivery) -> Parts:
        """See `Scheme`. Two timestamps are none."""
        sent = delivery.header(signing.option("header", self.header)) or ""
        items = [item.strip() for item in sent.split(self.separator)]
        pairs = [item.partition("=")[::2] for item in items if item]
        times = [value for name, value in pairs if name == self.time]
        macs = tuple((name, value) for name, value in pairs if name != self.time)
        return Parts(macs, times[0] if len(times) == 1 else None)

    def write(self, signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
        """See `Scheme`. Without any part the field is left out."""
        header = signing.option("header", self.header)
        items = [f"{self.time}={parts.timestamp}"] if parts.timestamp is not None else []
        items += [f"{version}={mac}" if version else mac for version, mac in parts.macs]
        headers = [(header, self.separator.join(items))] if items else []
        return delivery.without(header).with_headers(*headers)

    def _compute_mac(self, secret: str, time: str, body: bytes) -> str:
        content = f"{time}{self.joint}".encode() + body
        return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
