"""Webhook signatures, made with hmac and hashlib as the schemes' own pages describe them."""

from __future__ import annotations

import hashlib
import hmac
import re
import zlib
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from apicheck.model.exchange import Pairs
from apicheck.model.facts import Signature
from reference_server.seam import seam
from reference_server.webhooks import asymmetric, message_signatures
from reference_server.webhooks.unsigned import Unsigned

_KEY_PREFIX = re.compile(r"[a-z]+_")


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


def sign_with_each(delivery: Unsigned, secrets: Sequence[str]) -> Signed:
    """Sign with several secrets where the scheme has room for that, else with the first."""
    first, *others = [sign_delivery(replace(delivery, secret=secret)) for secret in secrets]
    for other in others:
        first = replace(first, headers=tuple(map(_join, first.headers, other.headers)))
    return first


def _join(field: tuple[str, str], other: tuple[str, str]) -> tuple[str, str]:
    """A field with the signature of another one, where the form of the field has room for it."""
    (name, value), (_, further) = field, other
    if value.startswith(("v1,", "v1a,")):  # Standard Webhooks
        return name, f"{value} {further}"
    for separator, start in ((",", "t="), (";", "ts=")):  # Stripe, Paddle
        if value.startswith(start):
            return name, separator.join([value, *further.split(separator)[1:]])
    return field


def new_secret(scheme: Signature | None, key: bytes, word: str) -> str:
    """What signs the deliveries to a subscription. key: random bytes; word: the same as text."""
    name, options = (scheme.scheme, scheme.options) if scheme else ("", {})
    if name in ("standard-webhooks", "svix"):
        return f"whsec_{b64encode(key).decode()}"
    if name == "paypal":
        return asymmetric.make_private_key("rsa-v1_5-sha256", key)
    if name == "http-message-signatures":
        algorithm = options.get("algorithm", "hmac-sha256")
        if algorithm != "hmac-sha256":
            return asymmetric.make_private_key(algorithm, key)
    how = options.get("key")
    if how in ("base64", "hex"):
        return b64encode(key).decode() if how == "base64" else key.hex()
    return f"whsec_{word}" if name == "stripe" else word


def show_secret(secret: str) -> str:
    """What a subscriber is shown of a secret: all of it, or the public half of a pair of keys."""
    return asymmetric.show_public_key(secret) if "PRIVATE KEY" in secret else secret


def _sign_standard_webhooks(delivery: Unsigned) -> Signed:
    content = f"{delivery.id}.{delivery.timestamp}.".encode() + delivery.body
    if delivery.secret.startswith("whsk_"):
        made = f"v1a,{asymmetric.sign_v1a(delivery.secret, content)}"
    else:
        key = b64decode(delivery.secret.removeprefix("whsec_"))
        made = f"v1,{b64encode(hmac.digest(key, content, hashlib.sha256)).decode()}"
    prefix = delivery.option("prefix", "webhook-")
    return Signed(
        headers=(
            (f"{prefix}id", delivery.id),
            (f"{prefix}timestamp", str(delivery.timestamp)),
            (f"{prefix}signature", made),
        )
    )


def _sign_stripe(delivery: Unsigned) -> Signed:
    mac = _compute(delivery, f"{delivery.timestamp}.".encode() + delivery.body).hex()
    return _put(delivery, "Stripe-Signature", f"t={delivery.timestamp},v1={mac}")


def _sign_paddle(delivery: Unsigned) -> Signed:
    mac = _compute(delivery, f"{delivery.timestamp}:".encode() + delivery.body).hex()
    return _put(delivery, "Paddle-Signature", f"ts={delivery.timestamp};h1={mac}")


def _sign_github(delivery: Unsigned) -> Signed:
    mac = _compute(delivery, delivery.body).hex()
    return _put(
        delivery, "X-Hub-Signature-256", f"sha256={mac}", ("X-GitHub-Delivery", delivery.id)
    )


def _sign_shopify(delivery: Unsigned) -> Signed:
    mac = b64encode(_compute(delivery, delivery.body)).decode()
    return _put(delivery, "X-Shopify-Hmac-Sha256", mac)


def _sign_slack(delivery: Unsigned) -> Signed:
    mac = _compute(delivery, f"v0:{delivery.timestamp}:".encode() + delivery.body).hex()
    stamped = delivery.option("timestamp", "X-Slack-Request-Timestamp")
    return _put(delivery, "X-Slack-Signature", f"v0={mac}", (stamped, str(delivery.timestamp)))


def _sign_twilio(delivery: Unsigned) -> Signed:
    """The body is JSON: the query that is signed has its digest."""
    query = (("bodySHA256", hashlib.sha256(delivery.body).hexdigest()),)
    asked = "&".join([*filter(None, [urlsplit(delivery.url).query]), f"bodySHA256={query[0][1]}"])
    url = urlsplit(delivery.option("url") or delivery.url)._replace(query=asked, fragment="")
    algorithm = delivery.option("algorithm", "sha1")
    mac = hmac.digest(delivery.secret.encode(), url.geturl().encode(), algorithm)
    headers = [("X-Twilio-Signature", b64encode(mac).decode())]
    if algorithm == "sha256":
        key = delivery.option("keyid", "webhooks_sharedkey_1")
        settings = f"key={key},algorithm=HMAC_SHA256"
        headers.append(("X-Twilio-Webhooks-Signature-Settings", settings))
    return Signed(tuple(headers), query)


def _sign_paypal(delivery: Unsigned) -> Signed:
    time = datetime.fromtimestamp(delivery.timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    webhook, host = delivery.option("webhook_id"), delivery.option("host", "api.paypal.com")
    content = f"{delivery.id}|{time}|{webhook}|{zlib.crc32(delivery.body)}".encode()
    made = b64encode(asymmetric.sign(delivery.secret, content)).decode()
    return Signed(
        headers=(
            ("PAYPAL-TRANSMISSION-ID", delivery.id),
            ("PAYPAL-TRANSMISSION-TIME", time),
            ("PAYPAL-TRANSMISSION-SIG", made),
            ("PAYPAL-CERT-URL", f"https://{host}/v1/notifications/certs/CERT-1"),
            ("PAYPAL-AUTH-ALGO", "SHA256withRSA"),
        )
    )


def _sign_message(delivery: Unsigned) -> Signed:
    return Signed(headers=message_signatures.sign(delivery))


def _sign_hmac(delivery: Unsigned) -> Signed:
    option = delivery.option
    time = _format_time(delivery.timestamp, option("unit"))
    signed = _fill(option("signed", "{body}"), delivery, {"timestamp": time})
    digest = hmac.digest(_read_key(delivery), signed, option("algorithm", "sha256"))
    encoded = {
        "hex": digest.hex(),
        "base64": b64encode(digest).decode(),
        "base64url": urlsafe_b64encode(digest).decode().rstrip("="),
    }[option("encoding", "hex")]
    value = option("value", "{mac}").replace("{mac}", encoded).replace("{timestamp}", time)
    headers = [(option("header", "X-Signature"), value)]
    if option("timestamp"):
        headers.append((option("timestamp"), time))
    if not option("id", "/").startswith("/"):
        headers.append((option("id"), delivery.id))
    return Signed(headers=tuple(headers))


def _read_key(delivery: Unsigned) -> bytes:
    how, secret = delivery.option("key"), delivery.secret
    bare = _KEY_PREFIX.sub("", secret, count=1) if _KEY_PREFIX.match(secret) else secret
    if how == "hex":
        return bytes.fromhex(bare)
    return b64decode(bare) if how == "base64" else secret.encode()


def _format_time(timestamp: int, unit: str) -> str:
    """An instant in a unit of the facts (`webhooks.signature.unit`), by default in seconds."""
    moment = datetime.fromtimestamp(timestamp, UTC)
    written: Mapping[str, str] = {
        "milliseconds": str(timestamp * 1000),
        "rfc3339": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "http-date": format_datetime(moment, usegmt=True),
    }
    return written.get(unit, str(timestamp))


def _sign_md5_query(delivery: Unsigned) -> Signed:
    text = _fill(delivery.option("signed", "{secret}"), delivery, {})
    digest = hashlib.md5(text, usedforsecurity=False).hexdigest()
    return Signed(query=((delivery.option("parameter", "signature"), digest),))


def _fill(template: str, delivery: Unsigned, more: Mapping[str, str]) -> bytes:
    parts = urlsplit(delivery.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    texts = {
        **delivery.values,
        "timestamp": str(delivery.timestamp),
        "id": delivery.id,
        "secret": delivery.secret,
        "method": delivery.method,
        "target": target,
        "url": delivery.url,
        **more,
    }
    values = {name: text.encode() for name, text in texts.items()} | {"body": delivery.body}
    pieces = re.split(r"\{(\w+)\}", template)
    return b"".join(
        values.get(piece, b"") if index % 2 else piece.encode()
        for index, piece in enumerate(pieces)
    )


def _compute(delivery: Unsigned, content: bytes) -> bytes:
    return hmac.digest(delivery.secret.encode(), content, hashlib.sha256)


def _put(delivery: Unsigned, header: str, value: str, *others: tuple[str, str]) -> Signed:
    """A signature in its field, which the policy may call otherwise, and further fields."""
    return Signed(headers=(*others, (delivery.option("header", header), value)))


_SCHEMES: Mapping[str, Callable[[Unsigned], Signed]] = {
    "standard-webhooks": _sign_standard_webhooks,
    "svix": _sign_standard_webhooks,
    "stripe": _sign_stripe,
    "github": _sign_github,
    "slack": _sign_slack,
    "shopify": _sign_shopify,
    "twilio": _sign_twilio,
    "paddle": _sign_paddle,
    "paypal": _sign_paypal,
    "http-message-signatures": _sign_message,
    "hmac": _sign_hmac,
    "md5-query": _sign_md5_query,
}
