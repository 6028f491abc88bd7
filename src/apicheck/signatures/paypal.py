"""PayPal: SHA256withRSA over `id|time|webhook id|CRC-32 of the body`, with a certificate by URL.

A verifier fetches the certificate from `PAYPAL-CERT-URL`, so it must accept PayPal's own host
alone: anybody can sign with a certificate of their own. The secret is a private key to sign, and
a certificate or public key to verify, as PEM. The scheme bounds no time.

Options: webhook_id, the id of the subscription; host, of the certificate's URL (api.paypal.com).
"""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime
from urllib.parse import urlsplit

from apicheck.signatures.delivery import ABSENT, INVALID, VALID, Delivery, Parts, Signing
from apicheck.signatures.keys import is_signed_by, read_private, read_public, sign_with

ID, TIME, SIGNATURE = (f"PAYPAL-TRANSMISSION-{name}" for name in ("ID", "TIME", "SIG"))
CERTIFICATE, ALGORITHM = "PAYPAL-CERT-URL", "PAYPAL-AUTH-ALGO"
VERSION = "SHA256withRSA"
_HOST = "api.paypal.com"


def verify(signing: Signing, delivery: Delivery) -> str:
    """See `Scheme`. Invalid too where the certificate's URL is on another host, or not https."""
    parts = read(signing, delivery)
    if not parts.id or not parts.timestamp or not parts.macs:
        return ABSENT
    url = urlsplit(delivery.header(CERTIFICATE) or "")
    if url.scheme != "https" or url.netloc.lower() != signing.option("host", _HOST):
        return INVALID
    content = _join(signing, parts, delivery.body)
    try:
        key = read_public(signing.secret)
        sent = [base64.b64decode(mac, validate=True) for mac in parts.of(VERSION)]
    except ValueError:
        return INVALID
    return VALID if any(is_signed_by(key, mac, content) for mac in sent) else INVALID


def sign(signing: Signing, delivery: Delivery) -> Delivery:
    """See `Scheme`. The id is the context's."""
    time = datetime.fromtimestamp(signing.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    unsigned = Parts((), time, signing.context.get("id", "1"))
    content = _join(signing, unsigned, delivery.body)
    mac = base64.b64encode(sign_with(read_private(signing.secret), content)).decode()
    return write(signing, delivery, Parts(((VERSION, mac),), time, unsigned.id))


def read(signing: Signing, delivery: Delivery) -> Parts:  # noqa: ARG001  (`Scheme` has it: other schemes read their options)
    """See `Scheme`. The version is the algorithm."""
    sent = delivery.header(SIGNATURE)
    algorithm = delivery.header(ALGORITHM) or ""
    macs = ((algorithm, sent),) if sent else ()
    return Parts(macs, delivery.header(TIME), delivery.header(ID))


def write(signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
    """See `Scheme`. The URL of a certificate stays as it is; where there is none, one is made."""
    headers = [(SIGNATURE, mac) for _, mac in parts.macs]
    headers += [(ALGORITHM, version) for version, _ in parts.macs[:1] if version]
    headers += [(name, value) for name, value in ((ID, parts.id), (TIME, parts.timestamp)) if value]
    if delivery.header(CERTIFICATE) is None:
        host = signing.option("host", _HOST)
        headers.append((CERTIFICATE, f"https://{host}/v1/notifications/certs/CERT-360caa42"))
    return delivery.without(ID, TIME, SIGNATURE, ALGORITHM).with_headers(*headers)


def _join(signing: Signing, parts: Parts, body: bytes) -> bytes:
    webhook = signing.option("webhook_id") or signing.context.get("webhook_id", "")
    return f"{parts.id}|{parts.timestamp}|{webhook}|{zlib.crc32(body)}".encode()
