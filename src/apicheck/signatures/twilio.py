"""Twilio: `X-Twilio-Signature`, an HMAC in base64 over the URL and the parameters of a form.

SHA-1 with the account's token; SHA-256 where `X-Twilio-Webhooks-Signature-Settings` names
`algorithm=HMAC_SHA256`, with a key of its own. The signed text is the whole URL to which the
delivery goes, followed by the names and values of the form, sorted. The body of another media type
is covered by its SHA-256 in the query parameter `bodySHA256`. No timestamp.

Options: algorithm, sha1 (default) or sha256; keyid, of a SHA-256 key; url, the receiver's
URL where a proxy changes it (default: made of Host and the request's target).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

from apicheck.model.media_types import FORM, strip_parameters
from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    VALID,
    Delivery,
    Parts,
    Signing,
    is_one_of,
)
from apicheck.signatures.urls import list_urls

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
BODY_DIGEST = "bodySHA256"
_ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


def verify(signing: Signing, delivery: Delivery) -> str:
    """See `Scheme`. The URL counts with and without its port."""
    parts = read(signing, delivery)
    if not parts.macs:
        return ABSENT
    algorithm = signing.option("algorithm", "sha1")
    if not _is_body_covered(delivery):
        return INVALID
    urls = list_urls(signing, delivery)
    expected = [_compute_mac(signing.secret, algorithm, url, delivery) for url in urls]
    valid = any([is_one_of(parts.of(algorithm), one) for one in expected])  # noqa: C419  (all of them: constant time)
    return VALID if valid else INVALID


def sign(signing: Signing, delivery: Delivery) -> Delivery:
    """See `Scheme`. Adds the digest of a body that is no form to the query."""
    if not _is_form(delivery):
        joint = "&" if "?" in delivery.target else "?"
        digest = hashlib.sha256(delivery.body).hexdigest()
        delivery = replace(delivery, target=f"{delivery.target}{joint}{BODY_DIGEST}={digest}")
    algorithm = signing.option("algorithm", "sha1")
    url = list_urls(signing, delivery)[0]
    mac = _compute_mac(signing.secret, algorithm, url, delivery)
    return write(signing, delivery, Parts(((algorithm, mac),)))


def read(signing: Signing, delivery: Delivery) -> Parts:  # noqa: ARG001  (`Scheme` has it: other schemes read their options)
    """See `Scheme`. The version is the algorithm, sha1 or sha256."""
    sent = delivery.header(SIGNATURE)
    settings = (
        item.strip().partition("=") for item in (delivery.header(SETTINGS) or "").split(",")
    )
    named = {name: value for name, _, value in settings}.get("algorithm") or "HMAC_SHA1"
    version = _ALGORITHMS.get(named.upper(), named)
    return Parts(((version, sent),) if sent else ())


def write(signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
    """See `Scheme`."""
    headers = [(SIGNATURE, mac) for _, mac in parts.macs]
    names = {version: name for name, version in _ALGORITHMS.items()}
    for version, _ in parts.macs[:1]:
        if version not in ("", "sha1"):
            key = signing.option("keyid", "webhooks_sharedkey_1")
            headers.append((SETTINGS, f"key={key},algorithm={names.get(version, version)}"))
    return delivery.without(SIGNATURE, SETTINGS).with_headers(*headers)


def _compute_mac(secret: str, algorithm: str, url: str, delivery: Delivery) -> str:
    content = url
    if _is_form(delivery):
        text = delivery.body.decode("utf-8", "replace")
        pairs = sorted(set(parse_qsl(text, keep_blank_values=True)))
        content += "".join(name + value for name, value in pairs)
    digest = hmac.new(secret.encode(), content.encode(), getattr(hashlib, algorithm)).digest()
    return base64.b64encode(digest).decode()


def _is_form(delivery: Delivery) -> bool:
    return strip_parameters(delivery.header("Content-Type") or "") == FORM


def _is_body_covered(delivery: Delivery) -> bool:
    """Whether the body is a form, or the query has its digest."""
    if _is_form(delivery):
        return True
    sent = parse_qs(urlsplit(delivery.target).query).get(BODY_DIGEST, [])
    digest = hashlib.sha256(delivery.body).hexdigest()
    return len(sent) == 1 and hmac.compare_digest(sent[0].encode(), digest.encode())
