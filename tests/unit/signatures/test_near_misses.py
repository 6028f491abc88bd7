"""Near misses are what no verifier accepts, and rotations what every verifier must accept."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apicheck.model.facts import SIGNATURE_OPTIONS, Signature
from apicheck.signatures import SCHEMES, VALID, Delivery, Signing
from apicheck.signatures.near_misses import (
    list_near_misses,
    list_rotations,
    make_another_secret,
)

NOW = 1_700_000_000.0
DELIVERY = Delivery(
    "POST",
    "/hook?x=1",
    (("Host", "receiver.example:8443"), ("Content-Type", "application/json")),
    b'{"id": "evt_1", "a": 1}',
)


def write_pem(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


RSA = write_pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
ED25519 = write_pem(ed25519.Ed25519PrivateKey.generate())
SHARED = base64.b64encode(b"a shared secret of 32 bytes, yes").decode()
WHSK = (
    "whsk_n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcUmtAuPk//z2JcRL368WCsjLb1yUX0IL+g8+zDdzkPRuw=="
)
SIGNINGS = {
    name: Signing(fact, secret, NOW, {"id": "msg_1", "licenseCode": "in~1"})
    for name, fact, secret in (
        ("standard-webhooks", Signature("standard-webhooks"), "whsec_" + SHARED),
        ("standard-webhooks-v1a", Signature("standard-webhooks"), WHSK),
        ("stripe", Signature("stripe"), "whsec_abcdef0123456789"),
        ("github", Signature("github"), "a secret of words"),
        ("slack", Signature("slack"), "8f742231b10e8888abcd99yyyzzz85a5"),
        ("shopify", Signature("shopify"), "hush-hush"),
        ("twilio", Signature("twilio"), "hush-hush"),
        ("twilio-sha256", Signature("twilio", {"algorithm": "sha256"}), "hush-hush"),
        ("paddle", Signature("paddle"), "pdl_ntf_abc"),
        ("paypal", Signature("paypal", {"webhook_id": "WH-1"}), RSA),
        ("message-signatures", Signature("http-message-signatures"), SHARED),
        (
            "message-signatures-ed25519",
            Signature("http-message-signatures", {"algorithm": "ed25519"}),
            ED25519,
        ),
        (
            "hmac",
            Signature(
                "hmac",
                {
                    "value": "t={timestamp};v={mac}",
                    "signed": "{timestamp}.{id}.{body}",
                    "id": "X-Id",
                },
            ),
            "a secret",
        ),
        ("md5-query", Signature("md5-query", {"signed": "{licenseCode}:{secret}"}), "a secret"),
    )
}
each = pytest.mark.parametrize("signing", SIGNINGS.values(), ids=SIGNINGS)

EVERYWHERE = {
    *("signature-absent", "signature-empty", "signature-first-character", "signature-zeros"),
    *("signature-middle-character", "signature-late-character", "signature-word"),
    *("signature-cut-to-1", "signature-cut-to-8", "secret-another"),
}
OF_BODY = {
    *("body-byte", "body-longer", "body-newline", "body-shorter", "body-empty", "body-rewritten"),
}
OF_TIME = {"time-edited", "time-renewed", "time-absent"}
OWN = {
    "standard-webhooks": {
        *("time-stale", "time-future", "id-edited", "id-absent", "version-unknown"),
        *("version-absent", "key-text", "key-text-bare", "content-body", "version-asymmetric"),
    },
    "standard-webhooks-v1a": {"key-public", "key-public-text", "time-stale", "id-edited"},
    "stripe": {"time-stale", "version-unknown", "version-absent"},
    "github": {"version-older", "version-unknown"},
    "slack": {"time-stale", "time-future", "version-unknown"},
    "twilio": {"body-uncovered", "url-another"},
    "paypal": {"certificate-elsewhere", "certificate-alike", "certificate-user", "id-edited"},
    "message-signatures": {"body-uncovered", "digest-renewed", "method-another", "time-stale"},
    "message-signatures-ed25519": {"key-public", "body-uncovered"},
    "hmac": {"time-stale", "time-future", "id-edited", "id-absent"},
}
WITHOUT_TIME = {"github", "shopify", "twilio", "twilio-sha256", "md5-query"}


def test_the_table_of_schemes_and_options_is_the_one_of_the_policy_format() -> None:
    assert set(SIGNATURE_OPTIONS) == set(SCHEMES)
    assert {signing.facts.scheme for signing in SIGNINGS.values()} == set(SCHEMES)


@pytest.mark.parametrize("name", SIGNINGS)
def test_a_scheme_has_the_near_misses_of_its_parts(name: str) -> None:
    found = {miss.name for miss in list_near_misses(SIGNINGS[name], DELIVERY)}
    due = EVERYWHERE | OWN.get(name, set())
    due |= set() if name == "md5-query" else OF_BODY
    due |= set() if name in WITHOUT_TIME else OF_TIME
    assert due <= found
    assert not (found & OF_BODY if name == "md5-query" else set())
    assert not (found & OF_TIME if name in WITHOUT_TIME else set())


@each
def test_no_near_miss_is_valid_and_no_two_have_one_name(signing: Signing) -> None:
    found = list_near_misses(signing, DELIVERY)
    verify = SCHEMES[signing.facts.scheme].verify
    assert [miss.name for miss in found if verify(signing, miss.delivery) == VALID] == []
    assert len({miss.name for miss in found}) == len(found)


@each
def test_parts_are_written_as_they_are_read(signing: Signing) -> None:
    scheme = SCHEMES[signing.facts.scheme]
    signed = scheme.sign(signing, DELIVERY)
    again = scheme.write(signing, signed, scheme.read(signing, signed))
    assert sorted(again.headers) == sorted(signed.headers)
    assert (again.target, again.body) == (signed.target, signed.body)


@pytest.mark.parametrize("name", ["standard-webhooks", "standard-webhooks-v1a", "stripe", "hmac"])
def test_a_scheme_with_lists_has_rotations(name: str) -> None:
    signing = SIGNINGS[name]
    found = list_rotations(signing, DELIVERY)
    verify = SCHEMES[signing.facts.scheme].verify
    assert [one.name for one in found] == ["another-then-own", "own-then-another"]
    assert {verify(signing, one.delivery) for one in found} == {VALID}
    other = replace(signing, secret=make_another_secret(signing.secret))
    assert {verify(other, one.delivery) for one in found} <= {VALID, "invalid"}


@pytest.mark.parametrize("name", ["github", "slack", "shopify", "twilio", "paypal", "md5-query"])
def test_a_scheme_without_lists_has_no_rotations(name: str) -> None:
    assert list_rotations(SIGNINGS[name], DELIVERY) == ()


def test_paddle_has_no_rotations_since_its_libraries_for_node_and_go_read_one_signature() -> None:
    assert list_rotations(SIGNINGS["paddle"], DELIVERY) == ()
