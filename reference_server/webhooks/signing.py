"""Webhook signatures, made with hmac and hashlib as the schemes' own pages describe them."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.exchange import Pairs
from apicheck.model.facts import Signature
from reference_server.seam import seam


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A delivery before it is signed. timestamp: whole epoch seconds.

    values: names that a policy's own template may use (path parameters of the tenant). first:
    the timestamp of the first attempt, None where this is the first. url: of the receiver.
    """

    scheme: Signature | None
    secret: str
    id: str
    timestamp: int
    body: bytes
    values: Mapping[str, str] = field(default_factory=dict)
    first: int | None = None
    url: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature adds to a delivery."""

    headers: Pairs = ()
    query: Pairs = ()


@seam
def sign_delivery(delivery: Unsigned) -> Signed:
    """The fields and parameters that prove where a delivery comes from."""
    if delivery.scheme is None or delivery.scheme.scheme == "none":
        return Signed()
    return _SCHEMES[delivery.scheme.scheme](delivery)


def new_secret(scheme: Signature | None, key: bytes, word: str) -> str:
    """A subscription's secret, as its scheme writes it. key: 24 random bytes; word: as text."""
    if scheme is not None and scheme.scheme in ("standard-webhooks", "svix"):
        return f"whsec_{b64encode(key).decode()}"
    return f"whsec_{word}" if scheme is not None and scheme.scheme == "stripe" else word


def _sign_standard_webhooks(delivery: Unsigned) -> Signed:
    key = b64decode(delivery.secret.removeprefix("whsec_"))
    content = f"{delivery.id}.{delivery.timestamp}.".encode() + delivery.body
    mac = b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return Signed(
        headers=(
            ("webhook-id", delivery.id),
            ("webhook-timestamp", str(delivery.timestamp)),
            ("webhook-signature", f"v1,{mac}"),
        )
    )


def _sign_stripe(delivery: Unsigned) -> Signed:
    mac = _sign_hex(delivery, f"{delivery.timestamp}.".encode() + delivery.body)
    return Signed(headers=(("Stripe-Signature", f"t={delivery.timestamp},v1={mac}"),))


def _sign_github(delivery: Unsigned) -> Signed:
    return Signed(
        headers=(
            ("X-GitHub-Delivery", delivery.id),
            ("X-Hub-Signature-256", f"sha256={_sign_hex(delivery, delivery.body)}"),
        )
    )


def _sign_slack(delivery: Unsigned) -> Signed:
    mac = _sign_hex(delivery, f"v0:{delivery.timestamp}:".encode() + delivery.body)
    return Signed(
        headers=(
            ("X-Slack-Request-Timestamp", str(delivery.timestamp)),
            ("X-Slack-Signature", f"v0={mac}"),
        )
    )


def _sign_hmac(delivery: Unsigned) -> Signed:
    assert delivery.scheme is not None  # sign() saw to it
    options = delivery.scheme.options
    digest = hmac.new(
        delivery.secret.encode(),
        _fill(options.get("signed", "{body}"), delivery),
        options.get("algorithm", "sha256"),
    ).digest()
    encoded = {
        "hex": digest.hex(),
        "base64": b64encode(digest).decode(),
        "base64url": urlsafe_b64encode(digest).decode().rstrip("="),
    }[options.get("encoding", "hex")]
    value = options.get("value", "{mac}").replace("{mac}", encoded)
    value = value.replace("{timestamp}", str(delivery.timestamp))
    headers = [(options.get("header", "X-Signature"), value)]
    if "timestamp" in options:
        headers.append((options["timestamp"], str(delivery.timestamp)))
    if options.get("id", "/").startswith("/") is False:
        headers.append((options["id"], delivery.id))
    return Signed(headers=tuple(headers))


def _sign_md5_query(delivery: Unsigned) -> Signed:
    assert delivery.scheme is not None  # sign() saw to it
    options = delivery.scheme.options
    text = _fill(options.get("signed", "{secret}"), delivery)
    digest = hashlib.md5(text, usedforsecurity=False).hexdigest()
    return Signed(query=((options.get("parameter", "signature"), digest),))


def _fill(template: str, delivery: Unsigned) -> bytes:
    values = {
        **{name: value.encode() for name, value in delivery.values.items()},
        "timestamp": str(delivery.timestamp).encode(),
        "id": delivery.id.encode(),
        "secret": delivery.secret.encode(),
        "body": delivery.body,
    }
    pieces = re.split(r"\{(\w+)\}", template)
    return b"".join(
        values.get(piece, b"") if index % 2 else piece.encode()
        for index, piece in enumerate(pieces)
    )


def _sign_hex(delivery: Unsigned, content: bytes) -> str:
    return hmac.new(delivery.secret.encode(), content, hashlib.sha256).hexdigest()


_SCHEMES = {
    "standard-webhooks": _sign_standard_webhooks,
    "svix": _sign_standard_webhooks,
    "stripe": _sign_stripe,
    "github": _sign_github,
    "slack": _sign_slack,
    "hmac": _sign_hmac,
    "md5-query": _sign_md5_query,
}
