"""The schemes against their publishers' vectors, and against a library that is not ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from apicheck.model.facts import Signature
from apicheck.signatures import SCHEMES, Delivery, sign, verify
from apicheck.signatures.near_misses import make_another_secret

VECTORS = json.loads(
    (Path(__file__).parents[2] / "fixtures/vectors/webhook-signatures.json").read_text("utf-8")
)
NOW = 1_700_000_000.0
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TEMPLATE = Signature(
    "hmac",
    {
        "header": "X-Signature",
        "value": "sha256={mac}",
        "signed": "{timestamp}.{body}",
        "timestamp": "X-Timestamp",
    },
)
MD5 = Signature("md5-query", {"parameter": "secret", "signed": "{licenseCode}:{secret}"})
FACTS = [
    *(
        Signature(name)
        for name in (
            *("standard-webhooks", "stripe", "github", "slack", "shopify", "twilio", "paddle"),
            "http-message-signatures",
        )
    ),
    TEMPLATE,
]
HEADERS: dict[str, tuple[str, ...]] = {
    "standard-webhooks": ("webhook-id", "webhook-timestamp", "webhook-signature"),
    "stripe": ("Stripe-Signature",),
    "github": ("X-Hub-Signature-256",),
    "slack": ("X-Slack-Request-Timestamp", "X-Slack-Signature"),
    "shopify": ("X-Shopify-Hmac-Sha256",),
    "twilio": ("X-Twilio-Signature",),
    "paddle": ("Paddle-Signature",),
    "http-message-signatures": ("Signature-Input", "Signature"),
}


def published(vector: dict[str, Any]) -> tuple[Signature, Delivery]:
    """A vector as the delivery that its publisher describes."""
    scheme = "standard-webhooks" if vector["scheme"] == "svix" else vector["scheme"]
    values = [
        str(value)
        for name in ("id", "timestamp", "input", "signature")
        if (value := vector.get(name)) is not None
    ][-len(HEADERS[scheme]) :]
    headers = [*vector.get("headers", {}).items(), *zip(HEADERS[scheme], values, strict=True)]
    body, target, options = vector.get("body", ""), "/foo", {}
    if "form" in vector:
        host, _, target = vector["url"].removeprefix("https://").partition("/")
        headers += [("Host", host), ("Content-Type", "application/x-www-form-urlencoded")]
        body, target = urlencode(vector["form"]), f"/{target}"
    if "components" in vector:
        options = {"components": vector["components"], "algorithm": vector["version"]}
    return Signature(scheme, options), Delivery(
        "POST", target, tuple(headers), body.encode(), "https"
    )


def name_vector(vector: dict[str, Any]) -> str:
    return f"{vector['scheme']}-{vector.get('version', '')}".rstrip("-")


@pytest.mark.parametrize("vector", VECTORS, ids=name_vector)
def test_a_published_vector_is_valid(vector: dict[str, Any]) -> None:
    fact, delivery = published(vector)
    now = float(vector.get("timestamp", 0))
    assert verify(fact, vector["secret"], delivery, now=now) == "valid"


@pytest.mark.parametrize("vector", VECTORS, ids=name_vector)
def test_a_published_vector_with_another_body_or_secret_is_invalid(vector: dict[str, Any]) -> None:
    fact, delivery = published(vector)
    now = float(vector.get("timestamp", 0))
    covers_body = "components" not in vector or "content-digest" in vector["components"]
    changed = replace(delivery, body=delivery.body + b"x")
    assert (verify(fact, vector["secret"], changed, now=now) == "invalid") is covers_body
    assert verify(fact, make_another_secret(vector["secret"]), delivery, now=now) == "invalid"


@pytest.mark.parametrize("fact", [*FACTS, MD5], ids=lambda fact: str(fact.scheme))
def test_a_signed_delivery_is_valid_and_an_unsigned_one_absent(fact: Signature) -> None:
    bare = Delivery("POST", "/hook?x=1", (("Content-Type", "application/json"),), b'{"a": 1}')
    context = {"licenseCode": "in~1", "id": "msg_7"}
    signed = sign(fact, SECRET, bare, now=NOW, context=context)
    assert verify(fact, SECRET, signed, now=NOW, context=context) == "valid"
    assert verify(fact, SECRET, bare, now=NOW, context=context) == "absent"
    other = "whsec_" + base64.b64encode(b"another secret, long enough").decode()
    assert verify(fact, other, signed, now=NOW, context=context) == "invalid"


@pytest.mark.parametrize(
    ("fact", "future"),
    [
        (Signature("standard-webhooks"), "stale"),
        (Signature("slack"), "stale"),
        (Signature("paddle"), "stale"),
        (Signature("http-message-signatures"), "stale"),
        (TEMPLATE, "stale"),
        (Signature("stripe"), "valid"),
    ],
    ids=lambda value: value.scheme if isinstance(value, Signature) else value,
)
def test_a_timestamp_beyond_the_tolerance_is_stale(fact: Signature, future: str) -> None:
    signed = sign(fact, SECRET, Delivery("POST", "/", (), b"{}"), now=NOW)
    assert verify(fact, SECRET, signed, now=NOW + 300) == "valid"
    assert verify(fact, SECRET, signed, now=NOW + 301) == "stale"
    assert verify(fact, SECRET, signed, now=NOW - 301) == future


def test_a_wrong_signature_that_is_old_as_well_is_invalid() -> None:
    signed = sign(TEMPLATE, SECRET, Delivery("POST", "/", (), b"{}"), now=NOW)
    forged = signed.with_headers(("X-Timestamp", str(int(NOW) - 9999)))
    assert verify(TEMPLATE, SECRET, forged, now=NOW) == "invalid"


def test_one_right_signature_among_several_is_enough() -> None:
    fact = Signature("standard-webhooks")
    signed = sign(fact, SECRET, Delivery("POST", "/", (), b"{}"), now=NOW)
    several = signed.with_headers(
        ("webhook-signature", "v1,AAAA v1a,BBBB " + (signed.header("webhook-signature") or ""))
    )
    assert verify(fact, SECRET, several, now=NOW) == "valid"


def test_an_id_in_the_body_can_be_signed() -> None:
    fact = Signature("hmac", {"signed": "{id}.{body}", "id": "/id", "encoding": "base64"})
    delivery = Delivery("POST", "/", (), b'{"id": "evt_1"}')
    signed = sign(fact, "s", delivery, now=NOW)
    assert verify(fact, "s", signed, now=NOW) == "valid"
    openssl = "QZJ8aGUv/WfuaMDyygCmQzi3Igo5+azToCdtaEQxO0M="
    assert signed.header("x-signature") == openssl


SQUARE = Signature("hmac", {"signed": "{url}{body}", "encoding": "base64"})
HUBSPOT = Signature(
    "hmac",
    {
        "signed": "{method}{url}{body}{timestamp}",
        "encoding": "base64",
        "timestamp": "X-HubSpot-Request-Timestamp",
        "unit": "milliseconds",
    },
)


@pytest.mark.parametrize(
    ("fact", "mac"),
    [  # squareup 46.0.0, square.utils.webhooks_helper, and hubspot-api-client 12.0.0, Signature
        (SQUARE, "hM//Ym6K41+wib38mNnuyij/F3G7SK+v9GiQZFKbKYw="),
        (HUBSPOT, "BY57JK/S8JlImggyfHxlB8yXljBGw4Du3Zxzn6+INc8="),
    ],
    ids=["Square", "HubSpot"],
)
def test_the_url_can_be_signed(fact: Signature, mac: str) -> None:
    body = '{"id": "evt_1", "name": "Zoë"}'.encode()
    host = (("Host", "receiver.example"),)
    delivery = Delivery("POST", "/hooks?tenant=1", host, body, "https")
    signed = sign(fact, "a secret", delivery, now=1_767_225_600)
    assert signed.header("X-Signature") == mac
    assert verify(fact, "a secret", signed, now=1_767_225_600) == "valid"
    moved = replace(signed, target="/hooks?tenant=2")
    assert verify(fact, "a secret", moved, now=1_767_225_600) == "invalid"
    proxied = signed.with_headers(("Host", "10.0.0.1:8080"))
    behind = replace(fact, options={**fact.options, "url": "https://receiver.example/hooks"})
    assert verify(fact, "a secret", proxied, now=1_767_225_600) == "invalid"
    assert verify(behind, "a secret", proxied, now=1_767_225_600) == "valid"


@settings(max_examples=50)
@given(
    body=st.dictionaries(st.text(), st.integers()),
    flip=st.booleans(),
    key=st.binary(min_size=24, max_size=64),
)
def test_the_schemes_own_library_agrees(*, body: dict[str, int], flip: bool, key: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    raw = json.dumps(body).encode()
    now = datetime.now(tz=UTC)
    library = Webhook(secret)
    mac = library.sign("msg_1", now, raw.decode())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": mac.replace(mac[5], "A" if mac[5] != "A" else "B") if flip else mac,
    }
    delivery = Delivery("POST", "/", tuple(headers.items()), raw)
    ours = verify(Signature("standard-webhooks"), secret, delivery, now=now.timestamp())
    try:
        library.verify(raw, headers)
        theirs = "valid"
    except WebhookVerificationError:
        theirs = "invalid"
    assert ours == theirs


@settings(max_examples=150)
@given(
    scheme=st.sampled_from(sorted(SCHEMES)),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
    timestamp=st.text(max_size=20),
    body=st.binary(max_size=40),
)
def test_junk_is_never_valid_and_never_raises(
    scheme: str, value: str, timestamp: str, body: bytes
) -> None:
    names = {name for names in HEADERS.values() for name in names}
    headers = (
        *((name, value) for name in sorted(names) if not name.lower().endswith("timestamp")),
        *((name, timestamp) for name in sorted(names) if name.lower().endswith("timestamp")),
        *(("X-Signature", value), ("PAYPAL-TRANSMISSION-SIG", value)),
        *(("PAYPAL-TRANSMISSION-ID", value), ("PAYPAL-TRANSMISSION-TIME", timestamp)),
        ("PAYPAL-CERT-URL", "https://api.paypal.com/x"),
    )
    delivery = Delivery("POST", f"/?signature={value}", headers, body)
    assert verify(Signature(scheme), SECRET, delivery, now=NOW) in ("absent", "invalid")


def signed_with(mac_of: Any, value: str, body: bytes = b"{}", **fields: str) -> Delivery:
    mac = mac_of(body)
    headers = (("X-Signature", value.replace("NEW", mac)), *fields.items())
    return Delivery("POST", "/hook", headers, body)


def sha256(key: bytes, text: str = "{body}") -> Any:
    def mac_of(body: bytes) -> str:
        signed = text.replace("{body}", body.decode()).encode()
        return hmac.new(key, signed, hashlib.sha256).hexdigest()

    return mac_of


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("sha256={mac}", "sha256=0ld,sha256=NEW"),
        ("sha256={mac}", "sha256=NEW, sha256=0ld"),
        ("{mac}", "0ld NEW"),
        ("t={timestamp},v1={mac}", "t=1700000000,v1=0ld,v1=NEW"),
        ("t={timestamp},v1={mac}", "v1=NEW,t=1700000000,v0=0ld"),
    ],
)
def test_one_of_several_signatures_is_enough(template: str, value: str) -> None:
    scheme = Signature("hmac", {"value": template})
    delivery = signed_with(sha256(b"secret"), value)
    assert verify(scheme, "secret", delivery, now=NOW) == "valid"
    assert verify(scheme, "another", delivery, now=NOW) == "invalid"


@pytest.mark.parametrize(
    ("written", "unit", "word"),
    [
        ("1700000000", "", "valid"),
        ("1700000000000", "", "valid"),
        ("1700000000123", "milliseconds", "valid"),
        ("1700000000", "seconds", "valid"),
        ("2023-11-14T22:13:20Z", "", "valid"),
        ("2023-11-14T23:13:20.5+01:00", "rfc3339", "valid"),
        ("1600000000000", "", "stale"),
        ("2020-11-14T22:13:20Z", "", "stale"),
        ("1700000000000", "seconds", "stale"),
        ("1700000000", "rfc3339", "invalid"),
        ("2023-11-14T22:13:20Z", "seconds", "invalid"),
        ("2023-11-14", "", "invalid"),
        ("2023-13-14T22:13:20Z", "", "invalid"),
        ("Tue, 14 Nov 2023 22:13:20 GMT", "", "valid"),
        ("Tue, 14 Nov 2023 21:13:20 GMT", "http-date", "stale"),
        ("1700000000", "http-date", "invalid"),
        ("now", "", "invalid"),
    ],
)
def test_a_timestamp_is_read_in_its_unit(written: str, unit: str, word: str) -> None:
    options = {"signed": "{timestamp}.{body}", "timestamp": "X-Time"}
    scheme = Signature("hmac", {**options, **({"unit": unit} if unit else {})})
    mac_of = sha256(b"secret", f"{written}.{{body}}")
    delivery = signed_with(mac_of, "NEW", **{"X-Time": written})
    assert verify(scheme, "secret", delivery, now=NOW) == word


@pytest.mark.parametrize("unit", ["seconds", "milliseconds", "rfc3339", "http-date"])
def test_what_is_signed_in_a_unit_is_valid_in_it(unit: str) -> None:
    scheme = Signature("hmac", {**TEMPLATE.options, "unit": unit})
    delivery = sign(scheme, "secret", Delivery("POST", "/", (), b"{}"), now=NOW)
    assert verify(scheme, "secret", delivery, now=NOW) == "valid"


@pytest.mark.parametrize(
    ("secret", "how", "key"),
    [
        (SECRET, "", base64.b64decode(SECRET[6:])),
        (SECRET, "", SECRET.encode()),
        (SECRET, "text", SECRET.encode()),
        ("c2VjcmV0", "base64", b"secret"),
        ("key_c2VjcmV0", "base64", b"secret"),
        ("736563726574", "hex", b"secret"),
        ("key_736563726574", "hex", b"secret"),
    ],
)
def test_the_key_is_the_text_its_base64_or_its_hex(secret: str, how: str, key: bytes) -> None:
    scheme = Signature("hmac", {"key": how} if how else {})
    assert verify(scheme, secret, signed_with(sha256(key), "NEW"), now=NOW) == "valid"


@pytest.mark.parametrize("prefix", ["svix-", "acme-webhook-"])
def test_standard_webhooks_under_other_names(prefix: str) -> None:
    named = Signature("standard-webhooks", {"prefix": prefix})
    delivery = sign(named, SECRET, Delivery("POST", "/", (), b"{}"), now=NOW)
    assert verify(named, SECRET, delivery, now=NOW) == "valid"
    usual = verify(Signature("standard-webhooks"), SECRET, delivery, now=NOW)
    assert usual == ("valid" if prefix == "svix-" else "absent")


@pytest.mark.parametrize(
    ("scheme", "options"),
    [
        ("stripe", {"header": "X-Acme-Signature"}),
        ("github", {"header": "X-Acme-Signature"}),
        ("shopify", {"header": "X-Acme-Signature"}),
        ("paddle", {"header": "X-Acme-Signature"}),
        ("slack", {"header": "X-Acme-Signature", "timestamp": "X-Acme-Time"}),
    ],
)
def test_a_known_scheme_under_other_names(scheme: str, options: dict[str, str]) -> None:
    named = Signature(scheme, options)
    delivery = sign(named, SECRET, Delivery("POST", "/", (), b"{}"), now=NOW)
    assert {name for name, _ in delivery.headers} == set(options.values())
    assert verify(named, SECRET, delivery, now=NOW) == "valid"
    assert verify(Signature(scheme), SECRET, delivery, now=NOW) == "absent"


@pytest.mark.parametrize("separator", [";", "|", " "])
def test_several_signatures_stand_with_any_separator_between(separator: str) -> None:
    scheme = Signature("hmac", {"value": "v1:{mac}", "separator": separator})
    delivery = signed_with(sha256(b"secret"), f"v1:0ld{separator}v1:NEW")
    assert verify(scheme, "secret", delivery, now=NOW) == "valid"
    assert verify(scheme, "another", delivery, now=NOW) == "invalid"


def test_the_older_signature_of_github_alone_is_a_downgrade() -> None:
    older = hmac.new(b"secret", b"{}", hashlib.sha1).hexdigest()
    headers = (("X-Hub-Signature", f"sha1={older}"),)
    assert verify(Signature("github"), "secret", Delivery("POST", "/", headers, b"{}"), now=0) == (
        "downgraded"
    )
    other = Delivery("POST", "/", headers, b"[]")
    assert verify(Signature("github"), "secret", other, now=0) == "invalid"


def test_the_public_key_of_standard_webhooks_verifies_and_signs_nothing() -> None:
    (vector,) = [one for one in VECTORS if one.get("version") == "v1a"]
    fact, delivery = published(vector)
    now = float(vector["timestamp"])
    assert verify(fact, vector["public_key"], delivery, now=now) == "valid"
    with pytest.raises(ValueError, match="base64"):
        sign(fact, vector["public_key"], delivery, now=now)


def test_a_message_signature_that_has_expired_is_stale() -> None:
    fact = Signature("http-message-signatures", {"components": "@method"})
    key = base64.b64encode(b"k" * 32).decode()
    for until, word in ((NOW + 9, "valid"), (NOW - 9, "stale")):
        covered = f'("@method");created={NOW - 60:.0f};expires={until:.0f}'
        base = f'"@method": POST\n"@signature-params": {covered}'.encode()
        mac = base64.b64encode(hmac.digest(b"k" * 32, base, "sha256")).decode()
        headers = (("Signature-Input", f"s={covered}"), ("Signature", f"s=:{mac}:"))
        delivery = Delivery("POST", "/", headers, b"")
        assert verify(fact, key, delivery, now=NOW) == word
