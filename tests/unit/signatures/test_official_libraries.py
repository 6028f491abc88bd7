"""Each scheme against its publisher's own library, in both directions.

What the library accepts beyond our near misses is written down beside it: it is not ours to judge.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
import requests
import stripe
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator, get_signature_algorithm

from apicheck.model.facts import Signature
from apicheck.signatures import SCHEMES, Delivery, Signing
from apicheck.signatures.near_misses import list_near_misses, list_rotations

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
JSON = Delivery(
    "POST",
    "/hooks?tenant=1",
    (("Host", "receiver.example"), ("Content-Type", "application/json")),
    '{"id": "evt_1", "name": "Zoë"}'.encode(),
    "https",
)
FORM = Delivery(
    "POST",
    "/hooks?tenant=1",
    (("Host", "receiver.example"), ("Content-Type", "application/x-www-form-urlencoded")),
    b"To=%2B18005551212&From=%2B14158675309&Body=Zo%C3%AB+and+more&Empty=",
    "https",
)


def write_pem(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


KEYS = {
    "ed25519": write_pem(ed25519.Ed25519PrivateKey.generate()),
    "ecdsa-p256-sha256": write_pem(ec.generate_private_key(ec.SECP256R1())),
    "hmac-sha256": base64.b64encode(b"a shared secret of 32 bytes, yes").decode(),
}


def verify_standard_webhooks(_: Signing, delivery: Delivery) -> None:
    Webhook(SECRET).verify(delivery.body, {name.lower(): value for name, value in delivery.headers})


def verify_stripe(signing: Signing, delivery: Delivery) -> None:
    stripe.WebhookSignature.verify_header(
        delivery.body.decode(),
        delivery.header("Stripe-Signature") or "",
        signing.secret,
        int(signing.tolerance_s),
    )


class FixedClock(Clock):
    def __init__(self, moment: float) -> None:
        self.moment = moment

    def now(self) -> float:
        return self.moment


def verify_slack(signing: Signing, delivery: Delivery) -> None:
    verifier = SignatureVerifier(signing.secret, clock=FixedClock(signing.now))
    assert verifier.is_valid_request(delivery.body, dict(delivery.headers))


def verify_twilio(signing: Signing, delivery: Delivery) -> None:
    url = f"https://receiver.example{delivery.target}"
    is_form = (delivery.header("Content-Type") or "").startswith("application/x-www-form")
    text = delivery.body.decode()
    sent = dict(parse_qsl(text, keep_blank_values=True)) if is_form else text
    algorithm = get_signature_algorithm(
        delivery.header("X-Twilio-Webhooks-Signature-Settings") or ""
    )
    assert algorithm == f"HMAC_{signing.option('algorithm', 'sha1').upper()}"
    assert RequestValidator(signing.secret).validate(
        url, sent, delivery.header("X-Twilio-Signature") or "", algorithm
    )


ALGORITHMS = {
    "ed25519": algorithms.ED25519,
    "ecdsa-p256-sha256": algorithms.ECDSA_P256_SHA256,
    "hmac-sha256": algorithms.HMAC_SHA256,
}


class OneKey(HTTPSignatureKeyResolver):  # type: ignore[misc]  # the library has no types for it
    def __init__(self, name: str) -> None:
        self.name = name

    def _key(self) -> bytes:
        secret = KEYS[self.name]
        return base64.b64decode(secret) if self.name == "hmac-sha256" else secret.encode()

    def resolve_public_key(self, key_id: str) -> bytes:
        assert key_id == "key-1"
        if self.name == "hmac-sha256":
            return self._key()
        public = load_pem_private_key(self._key(), None).public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def resolve_private_key(self, key_id: str) -> bytes:
        assert key_id == "key-1"
        return self._key()


def prepare(delivery: Delivery) -> requests.PreparedRequest:
    url = f"{delivery.scheme}://receiver.example{delivery.target}"
    headers = dict(delivery.headers)
    return requests.Request(delivery.method, url, headers=headers, data=delivery.body).prepare()


def verify_message_signatures(signing: Signing, delivery: Delivery) -> None:
    name = signing.option("algorithm")
    verifier = HTTPMessageVerifier(signature_algorithm=ALGORITHMS[name], key_resolver=OneKey(name))
    results = verifier.verify(prepare(delivery), max_age=timedelta(seconds=signing.tolerance_s))
    (result,) = results
    assert {'"@method"', '"@target-uri"', '"content-digest"'} <= set(result.covered_components)
    assert verifier.verify_body(prepare(delivery), results, delivery.body)


@dataclass(frozen=True)
class Oracle:
    """accepts: near misses that the library accepts; its reason is known."""

    verify: Callable[[Signing, Delivery], None]
    signature: Signature
    secret: str = SECRET
    delivery: Delivery = JSON
    accepts: Mapping[str, str] = field(default_factory=dict)


ORACLES = {
    "standard-webhooks": Oracle(
        verify_standard_webhooks,
        Signature("standard-webhooks"),
        accepts={
            "signature-not-canonical": "it compares decoded bytes",
            "signature-longer": "it decodes up to the padding",
        },
    ),
    "stripe": Oracle(verify_stripe, Signature("stripe")),
    "slack": Oracle(verify_slack, Signature("slack"), "8f742231b10e8888abcd99yyyzzz85a5"),
    "twilio-form": Oracle(verify_twilio, Signature("twilio"), "12345678", FORM),
    "twilio-json": Oracle(verify_twilio, Signature("twilio"), "12345678"),
    "twilio-sha256": Oracle(
        verify_twilio, Signature("twilio", {"algorithm": "sha256"}), "12345678", FORM
    ),
    **{
        f"message-signatures-{name}": Oracle(
            verify_message_signatures,
            Signature("http-message-signatures", {"algorithm": name, "keyid": "key-1"}),
            key,
        )
        for name, key in KEYS.items()
    },
}
each = pytest.mark.parametrize("oracle", ORACLES.values(), ids=ORACLES)


def signing_of(oracle: Oracle) -> Signing:
    """By the true clock, at which most libraries look themselves."""
    return Signing(oracle.signature, oracle.secret, int(time.time()), {"id": "msg_2kX1"})


def accepts(oracle: Oracle, signing: Signing, delivery: Delivery) -> bool:
    try:
        oracle.verify(signing, delivery)
    except Exception:  # noqa: BLE001  (libraries refuse with whatever they meet)
        return False
    return True


@each
def test_the_library_accepts_what_we_sign(oracle: Oracle) -> None:
    signing = signing_of(oracle)
    signed = SCHEMES[oracle.signature.scheme].sign(signing, oracle.delivery)
    oracle.verify(signing, signed)


@each
def test_the_library_refuses_every_near_miss(oracle: Oracle) -> None:
    signing = signing_of(oracle)
    found = {
        miss.name
        for miss in list_near_misses(signing, oracle.delivery)
        if accepts(oracle, signing, miss.delivery)
    }
    assert found == set(oracle.accepts)


@each
def test_the_library_accepts_a_list_with_a_valid_signature(oracle: Oracle) -> None:
    signing = signing_of(oracle)
    for rotation in list_rotations(signing, oracle.delivery):
        oracle.verify(signing, rotation.delivery)


@pytest.mark.parametrize("name", KEYS)
def test_what_the_library_of_message_signatures_signs_is_valid(name: str) -> None:
    signing = signing_of(ORACLES[f"message-signatures-{name}"])
    request = prepare(JSON)
    HTTPMessageSigner(signature_algorithm=ALGORITHMS[name], key_resolver=OneKey(name)).sign(
        request,
        key_id="key-1",
        covered_component_ids=(
            *("@method", "@target-uri", "content-digest"),
            *("@query", "content-type", "@authority", "@path", "@scheme", "@request-target"),
        ),
        body=JSON.body,
    )
    sent = replace(JSON, headers=tuple(request.headers.items()))
    assert SCHEMES["http-message-signatures"].verify(signing, sent) == "valid"


def test_what_the_library_of_standard_webhooks_signs_is_valid() -> None:
    signing = signing_of(ORACLES["standard-webhooks"])
    sent = Webhook(SECRET).sign(
        "msg_7", datetime.fromtimestamp(signing.now, UTC), JSON.body.decode()
    )
    headers = {
        "webhook-id": "msg_7",
        "webhook-timestamp": str(int(signing.now)),
        "webhook-signature": sent,
    }
    signed = JSON.with_headers(*headers.items())
    assert SCHEMES["standard-webhooks"].verify(signing, signed) == "valid"


@settings(max_examples=60)
@given(
    pairs=st.lists(
        st.tuples(st.text("abcXYZ09_", min_size=1), st.text(st.characters(codec="utf-8"))),
        max_size=5,
        unique_by=lambda pair: pair[0],
    ),
    algorithm=st.sampled_from(["sha1", "sha256"]),
)
def test_any_form_is_signed_as_the_library_of_twilio_signs_it(
    pairs: list[tuple[str, str]], algorithm: str
) -> None:
    form = replace(FORM, body=urlencode(pairs).encode())
    signing = Signing(Signature("twilio", {"algorithm": algorithm}), "12345678", 0)
    signed = SCHEMES["twilio"].sign(signing, form)
    expected = RequestValidator("12345678").compute_signature(
        "https://receiver.example/hooks?tenant=1", dict(pairs), f"HMAC_{algorithm.upper()}"
    )
    assert signed.header("X-Twilio-Signature") == expected
