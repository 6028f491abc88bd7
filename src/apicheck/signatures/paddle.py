"""Paddle Billing: `Paddle-Signature: ts=…;h1=…`, HMAC-SHA256 in hex over `timestamp:body`.

The key is the whole secret. Several `h1` may come while a secret is changed.
"""

from __future__ import annotations

import hashlib
import hmac

from apicheck.signatures._pairs import read_pairs, write_pairs
from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    Delivery,
    Parts,
    Signing,
    is_one_of,
)
from apicheck.signatures.times import is_timestamp, judge_time

SIGNATURE = "Paddle-Signature"
TIMESTAMP = "ts"
VERSION = "h1"


def verify(signing: Signing, delivery: Delivery) -> str:
    """See `Scheme`. The tolerance counts in both directions."""
    parts = read(signing, delivery)
    if not parts.of(VERSION):
        return ABSENT
    if parts.timestamp is None or not is_timestamp(parts.timestamp):
        return INVALID
    expected = _compute_mac(signing.secret, parts.timestamp, delivery.body)
    if not is_one_of(parts.of(VERSION), expected):
        return INVALID
    return judge_time(signing, parts.timestamp)


def sign(signing: Signing, delivery: Delivery) -> Delivery:
    """See `Scheme`."""
    timestamp = str(int(signing.now))
    mac = _compute_mac(signing.secret, timestamp, delivery.body)
    return write(signing, delivery, Parts(((VERSION, mac),), timestamp))


def read(signing: Signing, delivery: Delivery) -> Parts:
    """See `Scheme`."""
    return read_pairs(delivery, signing.option("header", SIGNATURE), separator=";", time=TIMESTAMP)


def write(signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
    """See `Scheme`."""
    return write_pairs(
        delivery, signing.option("header", SIGNATURE), parts, separator=";", time=TIMESTAMP
    )


def _compute_mac(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
