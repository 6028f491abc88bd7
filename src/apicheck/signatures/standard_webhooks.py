"""Standard Webhooks 1.0.0: a signature over `id.timestamp.body`, in a list of such.

`v1` is HMAC-SHA256; the key is the base64 after `whsec_`. `v1a` is Ed25519; the private key is
the base64 after `whsk_`, the public one that after `whpk_`. Any of the list, with spaces between,
may match, so that a secret can be changed without a gap.

Option: prefix of the fields' names, `webhook-` or another (`svix-`, the scheme's older name); by
default it is whichever of these two the delivery has.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    Delivery,
    Parts,
    Signing,
    is_one_of,
)
from apicheck.signatures.times import is_timestamp, judge_time

PREFIX, OLDER_PREFIX = "webhook-", "svix-"
ID, TIMESTAMP, SIGNATURE = "id", "timestamp", "signature"
SYMMETRIC, ASYMMETRIC = "v1", "v1a"
_SECRET, _PRIVATE, _PUBLIC = "whsec_", "whsk_", "whpk_"
_SEED_BYTES = 32


def verify(signing: Signing, delivery: Delivery) -> str:
    """See `Scheme`. The tolerance counts in both directions, as in the scheme's libraries.

    Only the version that the secret is of counts: a `v1` made with a public key proves nothing.
    """
    parts = read(signing, delivery)
    if not parts.id or not parts.timestamp or not parts.macs:
        return ABSENT
    if not is_timestamp(parts.timestamp) or not _is_signed(signing.secret, parts, delivery.body):
        return INVALID
    return judge_time(signing, parts.timestamp)


def sign(signing: Signing, delivery: Delivery) -> Delivery:
    """See `Scheme`. The id is the context's."""
    unsigned = Parts((), str(int(signing.now)), signing.context.get("id", "msg_1"))
    content = _join(unsigned, delivery.body)
    if signing.secret.startswith(_PRIVATE):
        made = ASYMMETRIC, _encode(_read_private(signing.secret).sign(content))
    else:
        made = SYMMETRIC, compute_mac(_read_key(signing.secret), content)
    return write(signing, delivery, Parts((made,), unsigned.timestamp, unsigned.id))


def read(signing: Signing, delivery: Delivery) -> Parts:
    """See `Scheme`."""
    prefix = _find_prefix(signing, delivery)
    message_id, timestamp, sent = (
        delivery.header(f"{prefix}{name}") for name in (ID, TIMESTAMP, SIGNATURE)
    )
    pairs = [item.partition(",") for item in (sent or "").split(" ") if item]
    macs = tuple((version, mac) if comma else ("", version) for version, comma, mac in pairs)
    return Parts(macs, timestamp, message_id)


def write(signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
    """See `Scheme`."""
    prefix = _find_prefix(signing, delivery)
    items = [f"{version},{mac}" if version else mac for version, mac in parts.macs]
    values = {ID: parts.id, TIMESTAMP: parts.timestamp, SIGNATURE: " ".join(items) or None}
    headers = [(f"{prefix}{name}", value) for name, value in values.items() if value is not None]
    return delivery.without(*(f"{prefix}{name}" for name in values)).with_headers(*headers)


def compute_mac(key: bytes, content: bytes) -> str:
    """The `v1` signature of a content, without its version."""
    return _encode(hmac.digest(key, content, hashlib.sha256))


def write_public_key(secret: str) -> str:
    """The public key, `whpk_…`, of a private one. Raises ValueError."""
    public = _read_private(secret).public_key()
    return _PUBLIC + _encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _is_signed(secret: str, parts: Parts, body: bytes) -> bool:
    content = _join(parts, body)
    try:
        if secret.startswith((_PRIVATE, _PUBLIC)):
            key = _read_public(secret)
            return any(_is_signed_by(key, mac, content) for mac in parts.of(ASYMMETRIC))
        return is_one_of(parts.of(SYMMETRIC), compute_mac(_read_key(secret), content))
    except ValueError:  # the secret is none
        return False


def _is_signed_by(key: Ed25519PublicKey, mac: str, content: bytes) -> bool:
    try:
        key.verify(base64.b64decode(mac, validate=True), content)
    except (ValueError, InvalidSignature):
        return False
    return True


def _join(parts: Parts, body: bytes) -> bytes:
    return f"{parts.id}.{parts.timestamp}.".encode() + body


def _read_key(secret: str) -> bytes:
    return _decode(secret.removeprefix(_SECRET))


def _read_private(secret: str) -> Ed25519PrivateKey:
    """A private key: its seed, which the public key may follow."""
    return Ed25519PrivateKey.from_private_bytes(
        _decode(secret.removeprefix(_PRIVATE))[:_SEED_BYTES]
    )


def _read_public(secret: str) -> Ed25519PublicKey:
    if secret.startswith(_PRIVATE):
        return _read_private(secret).public_key()
    return Ed25519PublicKey.from_public_bytes(_decode(secret.removeprefix(_PUBLIC)))


def _find_prefix(signing: Signing, delivery: Delivery) -> str:
    older = delivery.header(f"{OLDER_PREFIX}{SIGNATURE}") is not None
    usual = delivery.header(f"{PREFIX}{SIGNATURE}") is not None
    return signing.option("prefix", OLDER_PREFIX if older and not usual else PREFIX)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(
            "a Standard Webhooks secret is base64, with whsec_, whsk_ or nothing before it"
        ) from None
