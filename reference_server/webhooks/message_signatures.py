"""HTTP Message Signatures (RFC 9421), with Content-Digest (RFC 9530), as a sender makes them."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from contextlib import suppress
from urllib.parse import urlsplit

from apicheck.model.exchange import Pairs
from reference_server.webhooks import asymmetric
from reference_server.webhooks.unsigned import Unsigned

_COMPONENTS = "@method @target-uri content-digest"


def sign(delivery: Unsigned) -> Pairs:
    """The fields Content-Digest, Signature-Input and Signature."""
    option = delivery.option
    digest = f"sha-256=:{b64encode(hashlib.sha256(delivery.body).digest()).decode()}:"
    names = option("components", _COMPONENTS).lower().split()
    quoted = " ".join(f'"{name}"' for name in names)
    covered = f"({quoted});created={delivery.timestamp}"
    if keyid := option("keyid"):
        covered += f';keyid="{keyid}"'
    values = _derive(delivery, digest)
    lines = [f'"{name}": {values[name]}' for name in names]
    base = "\n".join([*lines, f'"@signature-params": {covered}']).encode("latin-1")
    label, made = option("label", "sig1"), b64encode(_compute(delivery, base)).decode()
    return (
        ("Content-Digest", digest),
        ("Signature-Input", f"{label}={covered}"),
        ("Signature", f"{label}=:{made}:"),
    )


def _compute(delivery: Unsigned, base: bytes) -> bytes:
    if delivery.option("algorithm", "hmac-sha256") != "hmac-sha256":
        return asymmetric.sign(delivery.secret, base)
    key = delivery.secret.encode()
    if delivery.option("key") != "text":
        with suppress(binascii.Error):  # it is no base64: the text is the key
            key = b64decode(delivery.secret, validate=True)
    return hmac.digest(key, base, hashlib.sha256)


def _derive(delivery: Unsigned, digest: str) -> dict[str, str]:
    """The values of what can be covered (RFC 9421, section 2.2)."""
    parts = urlsplit(delivery.url)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    return {
        "@method": delivery.method,
        "@authority": parts.netloc.lower(),
        "@scheme": parts.scheme,
        "@target-uri": f"{parts.scheme}://{parts.netloc}{target}",
        "@request-target": target,
        "@path": path,
        "@query": f"?{parts.query}",
        "content-digest": digest,
        "content-type": delivery.media,
    }
