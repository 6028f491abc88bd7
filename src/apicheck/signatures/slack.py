"""Slack: `X-Slack-Signature: v0=…`, HMAC-SHA256 in hex over `v0:timestamp:body`."""

from __future__ import annotations

import hashlib
import hmac

from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    Delivery,
    Parts,
    Signing,
    is_one_of,
)
from apicheck.signatures.times import is_timestamp, judge_time

SIGNATURE = "X-Slack-Signature"
TIMESTAMP = "X-Slack-Request-Timestamp"
VERSION = "v0"


def verify(signing: Signing, delivery: Delivery) -> str:
    """See `Scheme`. The tolerance counts in both directions."""
    parts = read(signing, delivery)
    if not parts.timestamp or not parts.macs:
        return ABSENT
    expected = _compute_mac(signing.secret, parts.timestamp, delivery.body)
    if not is_timestamp(parts.timestamp) or not is_one_of(parts.of(VERSION), expected):
        return INVALID
    return judge_time(signing, parts.timestamp)


def sign(signing: Signing, delivery: Delivery) -> Delivery:
    """See `Scheme`."""
    timestamp = str(int(signing.now))
    mac = _compute_mac(signing.secret, timestamp, delivery.body)
    return write(signing, delivery, Parts(((VERSION, mac),), timestamp))


def read(signing: Signing, delivery: Delivery) -> Parts:
    """See `Scheme`."""
    sent = delivery.header(signing.option("header", SIGNATURE))
    version, _, mac = (sent or "").rpartition("=")
    time = delivery.header(signing.option("timestamp", TIMESTAMP))
    return Parts(((version, mac),) if sent else (), time)


def write(signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
    """See `Scheme`."""
    header, time = (
        signing.option(name, usual)
        for name, usual in (("header", SIGNATURE), ("timestamp", TIMESTAMP))
    )
    headers = [(header, f"{version}={mac}" if version else mac) for version, mac in parts.macs]
    headers += [(time, parts.timestamp)] if parts.timestamp is not None else []
    return delivery.without(header, time).with_headers(*headers)


def _compute_mac(secret: str, timestamp: str, body: bytes) -> str:
    signed = b"v0:" + timestamp.encode() + b":" + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
