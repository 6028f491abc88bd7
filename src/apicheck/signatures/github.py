"""GitHub: `X-Hub-Signature-256: sha256=…`, HMAC-SHA256 in hex over the body; no timestamp.

`X-Hub-Signature: sha1=…` is the older version. GitHub still sends it beside the other; a
verifier that accepts it alone can be led to the weaker one.
"""

from __future__ import annotations

import hashlib
import hmac

from apicheck.signatures.delivery import (
    ABSENT,
    DOWNGRADED,
    INVALID,
    VALID,
    Delivery,
    Parts,
    Signing,
    is_one_of,
)

_HEADERS = {"sha256": "X-Hub-Signature-256", "sha1": "X-Hub-Signature"}
VERSION, OLDER_VERSION = "sha256", "sha1"


def verify(signing: Signing, delivery: Delivery) -> str:
    """See `Scheme`. Never stale: the scheme has no time of signing."""
    parts = read(signing, delivery)
    if parts.of(VERSION):
        expected = compute_mac(signing.secret, delivery.body)
        return VALID if is_one_of(parts.of(VERSION), expected) else INVALID
    if not parts.macs:
        return ABSENT
    older = compute_mac(signing.secret, delivery.body, OLDER_VERSION)
    return DOWNGRADED if is_one_of(parts.of(OLDER_VERSION), older) else INVALID


def sign(signing: Signing, delivery: Delivery) -> Delivery:
    """See `Scheme`. The older signature is left out."""
    mac = compute_mac(signing.secret, delivery.body)
    return write(signing, delivery, Parts(((VERSION, mac),)))


def read(signing: Signing, delivery: Delivery) -> Parts:
    """See `Scheme`. A value without its version before it has the version ""."""
    macs = []
    for version, header in _list_headers(signing).items():
        if sent := delivery.header(header):
            same = sent.startswith(f"{version}=")
            macs.append((version, sent.removeprefix(f"{version}=")) if same else ("", sent))
    return Parts(tuple(macs))


def write(signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
    """See `Scheme`. A version that GitHub does not have is written into the usual header."""
    names = _list_headers(signing)
    headers = [
        (names.get(version, names[VERSION]), f"{version}={mac}" if version else mac)
        for version, mac in parts.macs
    ]
    return delivery.without(*names.values()).with_headers(*headers)


def _list_headers(signing: Signing) -> dict[str, str]:
    return {**_HEADERS, VERSION: signing.option("header", _HEADERS[VERSION])}


def compute_mac(secret: str, body: bytes, version: str = VERSION) -> str:
    """The signature of a body, without its version."""
    return hmac.new(secret.encode(), body, getattr(hashlib, version)).hexdigest()
