"""What the server signs, by every scheme, is what the verifiers of apicheck take for valid."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from apicheck import signatures
from apicheck.model.facts import SIGNATURE_OPTIONS, Signature
from reference_server.webhooks.signing import new_secret, show_secret, sign_delivery
from reference_server.webhooks.unsigned import Unsigned

NOW = 1_700_000_000
URL = "http://127.0.0.1:5555/hooks/1?a=b"
TEMPLATE = {
    "signed": "{id}.{timestamp}.{method}.{target}.{body}",
    "timestamp": "X-At",
    "id": "X-Id",
}
MESSAGE = "http-message-signatures"
VARIANTS = [
    Signature("standard-webhooks"),
    Signature("standard-webhooks", {"prefix": "svix-"}),
    Signature("stripe"),
    Signature("stripe", {"header": "X-Sign"}),
    Signature("github"),
    Signature("slack"),
    Signature("slack", {"timestamp": "X-At"}),
    Signature("shopify"),
    Signature("paddle"),
    Signature("twilio"),
    Signature("twilio", {"algorithm": "sha256", "url": "https://receiver.example/hook"}),
    Signature("paypal", {"webhook_id": "4JH"}),
    Signature(MESSAGE),
    Signature(MESSAGE, {"algorithm": "ed25519", "keyid": "k1", "label": "sig-b"}),
    Signature(MESSAGE, {"algorithm": "ecdsa-p256-sha256", "components": "@method @path @query"}),
    Signature(MESSAGE, {"algorithm": "rsa-v1_5-sha256", "components": "@authority content-type"}),
    Signature(MESSAGE, {"key": "text", "components": "@scheme @request-target content-digest"}),
    Signature("hmac", TEMPLATE),
    Signature("hmac", {**TEMPLATE, "unit": "milliseconds", "key": "base64"}),
    Signature("hmac", {**TEMPLATE, "unit": "rfc3339", "key": "hex", "algorithm": "sha512"}),
    Signature("hmac", {**TEMPLATE, "unit": "http-date", "encoding": "base64url"}),
    Signature("hmac", {"value": "t={timestamp},s={mac}", "signed": "{timestamp}.{body}"}),
    Signature("md5-query", {"parameter": "secret", "signed": "{licenseCode}:{secret}"}),
]


def deliver(scheme: Signature, secret: str, **more: Any) -> signatures.Delivery:
    """A delivery as it goes over the wire."""
    given = {"timestamp": NOW, "body": b'{"a": 1}', "values": {"licenseCode": "a1"}, "url": URL}
    unsigned = Unsigned(scheme, secret, "msg_1", **{**given, **more})
    signed = sign_delivery(unsigned)
    parts = urlsplit(URL)
    asked = "&".join(filter(None, [parts.query, urlencode(signed.query, quote_via=quote)]))
    headers = (("Host", parts.netloc), ("Content-Type", "application/json"), *signed.headers)
    return signatures.Delivery("POST", f"{parts.path}?{asked}", headers, unsigned.body)


def verify(scheme: Signature, secret: str, delivery: signatures.Delivery) -> str:
    context = {"licenseCode": "a1"}
    return signatures.verify(scheme, secret, delivery, now=NOW, context=context)


def test_every_scheme_of_the_policy_format_is_here() -> None:
    assert {one.scheme for one in VARIANTS} == set(SIGNATURE_OPTIONS)


@pytest.mark.parametrize("scheme", VARIANTS, ids=lambda one: f"{one.scheme} {dict(one.options)}")
def test_a_subscriber_can_verify_with_what_it_is_shown(scheme: Signature) -> None:
    secret = new_secret(scheme, b"k" * 24, "w" * 32)
    assert verify(scheme, show_secret(secret), deliver(scheme, secret)) == signatures.VALID


@pytest.mark.parametrize("scheme", VARIANTS, ids=lambda one: f"{one.scheme} {dict(one.options)}")
def test_the_secret_of_another_subscription_does_not_fit(scheme: Signature) -> None:
    shown = show_secret(new_secret(scheme, b"k" * 24, "w" * 32))
    other = new_secret(scheme, bytes(24), "0" * 32)
    assert verify(scheme, shown, deliver(scheme, other)) == signatures.INVALID


@pytest.mark.parametrize(
    "scheme",
    [
        one
        for one in VARIANTS
        if one.scheme != "md5-query" and "digest" in one.options.get("components", "digest")
    ],
    ids=lambda one: f"{one.scheme} {dict(one.options)}",
)
def test_another_body_does_not_fit(scheme: Signature) -> None:
    secret = new_secret(scheme, b"k" * 24, "w" * 32)
    sent = deliver(scheme, secret)
    forged = signatures.Delivery(sent.method, sent.target, sent.headers, b'{"a": 2}')
    assert verify(scheme, show_secret(secret), forged) == signatures.INVALID


def test_the_second_version_of_standard_webhooks_is_made_with_its_key() -> None:
    secret = "whsk_" + "n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU="
    scheme = Signature("standard-webhooks")
    assert verify(scheme, secret, deliver(scheme, secret)) == signatures.VALID


def test_a_private_key_is_shown_to_nobody() -> None:
    for scheme in VARIANTS:
        assert "PRIVATE" not in show_secret(new_secret(scheme, b"k" * 24, "w" * 32))
