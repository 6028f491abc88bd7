"""Signatures against what the schemes' own pages publish."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from apicheck.model.facts import Signature
from reference_server.webhooks.signing import Signed, new_secret, sign_delivery
from reference_server.webhooks.unsigned import Unsigned

FILE = Path(__file__).parents[2] / "fixtures/vectors/webhook-signatures.json"
FIELDS = {
    "standard-webhooks": "webhook-signature",
    "svix": "webhook-signature",
    "stripe": "Stripe-Signature",
    "github": "X-Hub-Signature-256",
    "slack": "X-Slack-Signature",
    "paddle": "Paddle-Signature",
}
"""The schemes that the server signs by, and the field of the signature."""
VECTORS = [
    vector
    for vector in json.loads(FILE.read_text("utf-8"))
    if vector["scheme"] in FIELDS and vector.get("version") != "v1a"
]
PADDLE = {
    "header": "Paddle-Signature",
    "value": "ts={timestamp};h1=dummy;h1={mac}",
    "signed": "{timestamp}:{body}",
}


def delivery(scheme: Signature | None, **more: Any) -> Unsigned:
    given = {"secret": "secret", "id": "msg_1", "timestamp": 1_700_000_000, "body": b"{}"}
    return Unsigned(scheme, **{**given, **more})


def fields(signed: Signed) -> dict[str, str]:
    return dict(signed.headers)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["scheme"]))
def test_a_delivery_is_signed_as_published(vector: dict[str, Any]) -> None:
    name = vector["scheme"]
    scheme = Signature("hmac", PADDLE) if name == "paddle" else Signature(name)
    signed = sign_delivery(
        delivery(
            scheme,
            secret=vector["secret"],
            id=vector.get("id", ""),
            timestamp=int(vector.get("timestamp", 0)),
            body=vector["body"].encode(),
        )
    )
    assert fields(signed)[FIELDS[name]] == vector["signature"]


@pytest.mark.parametrize("scheme", [None, Signature("none")])
def test_where_nothing_is_promised_nothing_is_signed(scheme: Signature | None) -> None:
    assert sign_delivery(delivery(scheme)) == Signed()


def test_the_url_can_be_signed() -> None:
    url = "https://receiver.example/hooks?tenant=1"
    square = Signature("hmac", {"signed": "{url}{body}", "encoding": "base64"})
    body = '{"id": "evt_1", "name": "Zoë"}'.encode()
    signed = sign_delivery(delivery(square, secret="a secret", url=url, body=body))
    # squareup 46.0.0, square.utils.webhooks_helper, accepts it.
    assert fields(signed)["X-Signature"] == "hM//Ym6K41+wib38mNnuyij/F3G7SK+v9GiQZFKbKYw="


def test_a_template_says_what_is_signed_and_how_it_is_written() -> None:
    options = {
        "header": "X-Sign",
        "value": "v={mac}",
        "signed": "{id}.{timestamp}.{body}",
        "algorithm": "sha1",
        "encoding": "base64",
        "timestamp": "X-At",
        "id": "X-Id",
    }
    signed = fields(sign_delivery(delivery(Signature("hmac", options), body=b'{"a":1}')))
    mac = hmac.new(b"secret", b'msg_1.1700000000.{"a":1}', hashlib.sha1).digest()
    assert signed == {
        "X-Sign": f"v={base64.b64encode(mac).decode()}",
        "X-At": "1700000000",
        "X-Id": "msg_1",
    }


def test_base64url_is_written_without_padding() -> None:
    options = {"header": "X-Sign", "encoding": "base64url"}
    signed = fields(sign_delivery(delivery(Signature("hmac", options), body=b"body")))
    mac = hmac.new(b"secret", b"body", hashlib.sha256).digest()
    assert signed["X-Sign"] == base64.urlsafe_b64encode(mac).decode().rstrip("=")


def test_a_body_that_looks_like_a_template_is_signed_as_it_is() -> None:
    signed = fields(sign_delivery(delivery(Signature("hmac"), body=b"{secret}{timestamp}")))
    expected = hmac.new(b"secret", b"{secret}{timestamp}", hashlib.sha256).hexdigest()
    assert signed["X-Signature"] == expected


def test_md5_goes_into_the_query_and_covers_what_belongs_to_the_tenant() -> None:
    options = {"parameter": "secret", "signed": "{licenseCode}:{secret}"}
    signed = sign_delivery(
        delivery(Signature("md5-query", options), values={"licenseCode": "a1b2"})
    )
    expected = hashlib.md5(b"a1b2:secret", usedforsecurity=False).hexdigest()
    assert signed == Signed(query=(("secret", expected),))


@pytest.mark.parametrize(
    ("scheme", "secret"),
    [
        ("standard-webhooks", "whsec_" + base64.b64encode(b"k" * 24).decode()),
        ("stripe", "whsec_word"),
        ("github", "word"),
    ],
)
def test_a_secret_is_written_as_its_scheme_writes_it(scheme: str, secret: str) -> None:
    assert new_secret(Signature(scheme), b"k" * 24, "word") == secret
