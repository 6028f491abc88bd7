"""Near misses of a scheme's own: keys taken for others, and what is signed left uncovered."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apicheck.model.structured_fields import Item, parse_dictionary, write_member
from apicheck.signatures import github, message_signatures, paypal, standard_webhooks, twilio
from apicheck.signatures.delivery import Delivery, Parts, Scheme, Signing
from apicheck.signatures.keys import read_public

Found = Iterator[tuple[str, str, Delivery]]
_BODY = b'{"forged": true}'


def list_confusions(scheme: Scheme, signing: Signing, delivery: Delivery) -> Found:
    """Near misses that only this scheme has. delivery: unsigned."""
    if own := _OWN.get(signing.facts.scheme):
        yield from own(scheme, signing, delivery)


def _confuse_standard_webhooks(scheme: Scheme, signing: Signing, delivery: Delivery) -> Found:
    signed = scheme.sign(signing, delivery)
    parts = scheme.read(signing, signed)

    def write(version: str, key: bytes, content: bytes) -> Delivery:
        mac = standard_webhooks.compute_mac(key, content)
        return scheme.write(signing, signed, replace(parts, macs=((version, mac),)))

    content = f"{parts.id}.{parts.timestamp}.".encode() + delivery.body
    if signing.secret.startswith("whsk_"):
        public = standard_webhooks.write_public_key(signing.secret)
        raw = base64.b64decode(public.removeprefix("whpk_"))
        words = "it is an HMAC with the public key in place of a secret"
        yield "key-public", words, write("v1", raw, content)
        yield "key-public-text", f"{words}, as text", write("v1", public.encode(), content)
        return
    secret = signing.secret
    words = "it is signed with the secret's text in place of the bytes that it encodes"
    yield "key-text", words, write("v1", secret.encode(), content)
    yield (
        "key-text-bare",
        f"{words}, whsec_ left out",
        write("v1", secret.removeprefix("whsec_").encode(), content),
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    yield (
        "content-body",
        "only its body is signed, neither id nor time",
        write("v1", key, delivery.body),
    )
    yield "version-asymmetric", "it is right, called v1a", write("v1a", key, content)


def _confuse_github(scheme: Scheme, signing: Signing, delivery: Delivery) -> Found:
    older = github.compute_mac(signing.secret, delivery.body, github.OLDER_VERSION)
    words = "only the older signature, of SHA-1, is there, and it is right"
    parts = Parts(((github.OLDER_VERSION, older),))
    yield "version-older", words, scheme.write(signing, delivery, parts)


def _confuse_paypal(scheme: Scheme, signing: Signing, delivery: Delivery) -> Found:
    signed = scheme.sign(signing, delivery)
    host = signing.option("host", "api.paypal.com")
    for name, url in (
        ("certificate-elsewhere", "https://certificates.example/v1/notifications/certs/CERT-1"),
        ("certificate-alike", f"https://{host}.example/v1/notifications/certs/CERT-1"),
        ("certificate-user", f"https://{host}@certificates.example/certs/CERT-1"),
        ("certificate-plain", f"http://{host}/v1/notifications/certs/CERT-1"),
    ):
        words = f"its certificate is named as {url}"
        yield name, words, signed.with_headers((paypal.CERTIFICATE, url))


def _confuse_twilio(scheme: Scheme, signing: Signing, delivery: Delivery) -> Found:
    signed = scheme.sign(signing, delivery)
    if twilio.BODY_DIGEST in signed.target:
        unsigned = signed.without(twilio.SIGNATURE)
        bare = replace(unsigned, target=delivery.target)
        form = (("Content-Type", "application/x-www-form-urlencoded"),)
        empty = scheme.sign(signing, replace(bare.with_headers(*form), body=b""))
        headers = dict(delivery.headers).get("Content-Type", "application/json")
        words = "its URL is signed without the digest of the body"
        yield (
            "body-uncovered",
            words,
            replace(empty.with_headers(("Content-Type", headers)), body=_BODY),
        )
    moved = replace(signed, target=signed.target.replace("?", "/other?", 1) + "&moved=1")
    yield "url-another", "it was signed for another URL", moved


def _confuse_message_signatures(scheme: Scheme, signing: Signing, delivery: Delivery) -> Found:
    def sign(**options: str) -> Delivery:
        facts = replace(signing.facts, options={**signing.facts.options, **options})
        return scheme.sign(replace(signing, facts=facts), delivery)

    bare = sign(components="@method @target-uri")
    words = "its signature does not cover the body"
    yield "body-uncovered", words, replace(bare, body=_BODY)
    signed = scheme.sign(signing, delivery)
    digest = message_signatures.write_digest(_BODY)
    renewed = replace(signed.with_headers((message_signatures.DIGEST, digest)), body=_BODY)
    yield "digest-renewed", "body and Content-Digest were changed together", renewed
    yield "method-another", "it was signed for another method", replace(signed, method="PUT")
    yield (
        "target-another",
        "it was signed for another path",
        replace(signed, target=f"{signed.target}/other"),
    )
    if "PRIVATE" in signing.secret:
        yield from _confuse_algorithms(signing, signed)


def _confuse_algorithms(signing: Signing, signed: Delivery) -> Found:
    """An HMAC under the public key, which everybody has, with the algorithm named in the input."""
    public = read_public(signing.secret).public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    ((label, covered),) = parse_dictionary(signed.header(message_signatures.INPUT) or "").items()
    named = Item(covered.value, {**covered.parameters, "alg": "hmac-sha256"})
    base = message_signatures.build_base(signed, named)
    mac = write_member(Item(hmac.digest(public, base, hashlib.sha256)))
    words = "it is an HMAC with the public key, and says so in alg"
    yield (
        "key-public",
        words,
        signed.with_headers(
            (message_signatures.INPUT, f"{label}={write_member(named)}"),
            (message_signatures.SIGNATURE, f"{label}={mac}"),
        ),
    )


_OWN: Mapping[str, Callable[[Scheme, Signing, Delivery], Found]] = {
    "standard-webhooks": _confuse_standard_webhooks,
    "github": _confuse_github,
    "paypal": _confuse_paypal,
    "twilio": _confuse_twilio,
    "http-message-signatures": _confuse_message_signatures,
}
