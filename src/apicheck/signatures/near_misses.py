"""Deliveries that are nearly signed as their scheme says: no verifier may accept them.

`list_near_misses` is the fixed list; `list_rotations` are deliveries that look alike, and must be
accepted. Both leave out what a scheme cannot tell from a valid delivery: one that covers no body
has no near miss of a changed body.
"""

from __future__ import annotations

import base64
import binascii
import json
import string
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apicheck.model.json import parse_json
from apicheck.signatures import SCHEMES
from apicheck.signatures.confusions import list_confusions
from apicheck.signatures.delivery import VALID, Delivery, Parts, Scheme, Signing
from apicheck.signatures.edits import BASE64
from apicheck.signatures.keys import Private, read_private

_BEYOND_S = 30.0
_RSA_BITS = 2048
_HEX = frozenset("0123456789abcdef")
_ALPHABET = string.ascii_lowercase + string.digits
_HANDSHAKE = frozenset({"handshake-challenge"})
_LENIENT = {
    "twilio": frozenset({"version-unknown"}),
    "hmac": _HANDSHAKE,
    "http-message-signatures": _HANDSHAKE,
    "md5-query": _HANDSHAKE,
}
"""Near misses that official verifiers of a scheme accept. Most of Twilio's know one algorithm, and
do not read the field that names another. Who has a scheme of its own may sign no handshake."""
_ONE_SIGNATURE = frozenset({"paddle"})
"""Schemes of which some official verifiers read one signature only, though there may be several."""
_CHALLENGE = b'{"type":"url_verification","token":"apicheck","challenge":"apicheck"}'
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A delivery beside a valid one.

    name: for selection and reports, such as `body-byte`. about: what is wrong with it, or what
    is allowed about it. lenient: official verifiers differ, so that acceptance proves nothing.
    """

    name: str
    about: str
    delivery: Delivery
    lenient: bool = False


Found = Iterator[tuple[str, str, Delivery]]


def list_near_misses(signing: Signing, delivery: Delivery) -> tuple[NearMiss, ...]:
    """Everything that a verifier with this secret must refuse.

    delivery: unsigned. Raises ValueError for an unusable secret or option.
    """
    scheme = SCHEMES[signing.facts.scheme]
    signed = scheme.sign(signing, delivery)
    parts = scheme.read(signing, signed)
    strict = [
        *_change_body(signed),
        *_replace_bytes(scheme, signing, delivery),
        *_change_signature(scheme, signing, signed, parts),
        *_sign_otherwise(scheme, signing, delivery),
        *_change_time(scheme, signing, delivery, signed, parts),
        *_change_id(scheme, signing, signed, parts),
        *list_confusions(scheme, signing, delivery),
    ]
    spelled = list(_spell_otherwise(scheme, signing, signed, parts))
    named_leniently = _LENIENT.get(signing.facts.scheme, frozenset())
    found = [NearMiss(*one, lenient=one[0] in named_leniently) for one in strict]
    found += [NearMiss(*one, lenient=True) for one in spelled]
    return tuple(one for one in found if _is_near_miss(scheme, signing, signed, one.delivery))


def list_rotations(signing: Signing, delivery: Delivery) -> tuple[NearMiss, ...]:
    """Deliveries with two signatures of which one is valid, where a scheme has lists of them.

    Senders send these while a secret is changed: a verifier that refuses them loses deliveries.
    """
    if signing.facts.scheme in _ONE_SIGNATURE:
        return ()
    scheme = SCHEMES[signing.facts.scheme]
    signed = scheme.sign(signing, delivery)
    own = scheme.read(signing, signed)
    other = replace(signing, secret=make_another_secret(signing.secret))
    foreign = scheme.read(other, scheme.sign(other, delivery))
    both = {
        "another-then-own": ("a signature of another secret, then the valid one", foreign, own),
        "own-then-another": ("the valid signature, then one of another secret", own, foreign),
    }
    found = [
        NearMiss(
            name,
            about,
            scheme.write(signing, signed, replace(own, macs=(*first.macs, *second.macs))),
        )
        for name, (about, first, second) in both.items()
    ]
    is_list = all(
        scheme.verify(signing, one.delivery) == VALID
        and len(scheme.read(signing, one.delivery).macs) > 1
        for one in found
    )
    return tuple(found) if is_list else ()


@lru_cache(maxsize=8)  # an RSA key takes long to make
def make_another_secret(secret: str) -> str:
    """A secret of the same form and length, with which nothing here is signed."""
    if "PRIVATE KEY" in secret:
        return _make_another_key(read_private(secret))
    middle = max(secret.rfind("_") + 1, len(secret) // 2)
    index = min(middle, len(secret) - 1)
    return secret[:index] + _replace_character(secret[index]) + secret[index + 1 :]


def _make_another_key(key: Private) -> str:
    other: Private
    if isinstance(key, ed25519.Ed25519PrivateKey):
        other = ed25519.Ed25519PrivateKey.generate()
    elif isinstance(key, rsa.RSAPrivateKey):
        other = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    else:
        other = ec.generate_private_key(key.curve)
    return other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _is_near_miss(scheme: Scheme, signing: Signing, signed: Delivery, found: Delivery) -> bool:
    return found != signed and scheme.verify(signing, found) != VALID


def _change_body(signed: Delivery) -> Found:
    body = signed.body
    flipped = bytes([body[0] ^ 1]) + body[1:] if body else b"x"
    yield "body-byte", "a bit of the first byte is changed", replace(signed, body=flipped)
    yield "body-longer", "a space is added at its end", replace(signed, body=body + b" ")
    yield "body-newline", "a line feed is added at its end", replace(signed, body=body + b"\n")
    yield "body-shorter", "its last byte is cut off", replace(signed, body=body[:-1])
    yield "body-empty", "it is empty", replace(signed, body=b"")
    parsed = parse_json(body)
    if parsed is not None:
        written = json.dumps(parsed, separators=(" , ", " : ")).encode()
        words = "it is the same JSON in other bytes, under the signature of the first ones"
        yield "body-rewritten", words, replace(signed, body=written)


def _replace_bytes(scheme: Scheme, signing: Signing, delivery: Delivery) -> Found:
    """A byte that is no UTF-8, in place of the character that lenient decoders read it as."""
    parsed = parse_json(delivery.body)
    if isinstance(parsed, dict):
        text = json.dumps({**parsed, "apicheck_member": _REPLACEMENT}, ensure_ascii=False)
        signed = scheme.sign(signing, replace(delivery, body=text.encode()))
        changed = signed.body.replace(_REPLACEMENT.encode(), b"\xff")
        words = "a byte that is no UTF-8, under the signature over U+FFFD in its place"
        yield "bytes-replaced", words, replace(signed, body=changed)


def _change_signature(scheme: Scheme, signing: Signing, signed: Delivery, parts: Parts) -> Found:
    (version, mac), *_ = parts.macs

    def write(*macs: tuple[str, str]) -> Delivery:
        return scheme.write(signing, signed, replace(parts, macs=macs))

    yield "signature-absent", "there is none", write()
    yield "signature-empty", "it is empty", write((version, ""))
    for name, index in (("first", 0), ("middle", len(mac) // 2), ("late", len(mac) - 5)):
        changed = mac[:index] + _replace_character(mac[index]) + mac[index + 1 :]
        words = f"character {index + 1} of {len(mac)} is another one"
        yield f"signature-{name}-character", words, write((version, changed))
    for length in (1, 8, len(mac) - 1):
        words = f"only the first {length} of its {len(mac)} characters"
        yield f"signature-cut-to-{length}", words, write((version, mac[:length]))
    yield (
        "signature-word",
        "it is a word that loose comparisons take for true",
        write((version, "true")),
    )
    yield "signature-zeros", "it is zeros of the right length", write((version, "0" * len(mac)))
    if version:
        words = "it is right, under a version that does not exist"
        yield "version-unknown", words, write((_name_unknown(version), mac))
        yield "version-absent", "it is right, without its version", write(("", mac))


def _spell_otherwise(scheme: Scheme, signing: Signing, signed: Delivery, parts: Parts) -> Found:
    (version, mac), *rest = parts.macs

    def write(text: str) -> Delivery:
        return scheme.write(signing, signed, replace(parts, macs=((version, text), *rest)))

    words = (
        "it stands there twice without a separator"  # decoders of base64 may stop at the padding
    )
    yield "signature-longer", words, write(mac * 2)
    if set(mac) <= _HEX:
        yield "signature-upper-case", "its hexadecimal digits are capitals", write(mac.upper())
        as_base64 = base64.b64encode(bytes.fromhex(mac)).decode()
        yield "signature-base64", "it is right, in base64 in place of hex", write(as_base64)
        return
    try:
        digest = base64.b64decode(mac, validate=True)
    except binascii.Error:
        return
    yield "signature-hex", "it is right, in hex in place of base64", write(digest.hex())
    if mac.endswith("="):
        yield "signature-unpadded", "it is right, without the padding", write(mac.rstrip("="))
        bare = mac.rstrip("=")
        next_one = BASE64[BASE64.index(bare[-1]) + 1]
        words = "its last character differs in bits that decoders ignore"
        yield "signature-not-canonical", words, write(bare[:-1] + next_one + mac[len(bare) :])


def _sign_otherwise(scheme: Scheme, signing: Signing, delivery: Delivery) -> Found:
    other = replace(signing, secret=make_another_secret(signing.secret))
    words = "it is signed with another secret of the same length"
    yield "secret-another", words, scheme.sign(other, delivery)
    if isinstance(parse_json(delivery.body), dict):
        words = "it asks to send a challenge back, and is signed with another secret"
        yield "handshake-challenge", words, scheme.sign(other, replace(delivery, body=_CHALLENGE))
    if "PRIVATE" in signing.secret or signing.secret.startswith("whsk_"):
        return
    empty = replace(signing, secret="")
    yield "secret-empty", "it is signed with an empty secret", scheme.sign(empty, delivery)


def _change_time(
    scheme: Scheme, signing: Signing, delivery: Delivery, signed: Delivery, parts: Parts
) -> Found:
    if parts.timestamp is None:
        return
    beyond = signing.tolerance_s + _BEYOND_S
    old = scheme.sign(replace(signing, now=signing.now - beyond), delivery)
    new = scheme.sign(replace(signing, now=signing.now + beyond), delivery)
    words = f"it was signed {beyond:g} s ago; {signing.tolerance_s:g} s are allowed"
    yield "time-stale", words, old
    yield "time-future", f"it was signed {beyond:g} s ahead of now", new

    def write(timestamp: str | None) -> Delivery:
        return scheme.write(signing, signed, replace(parts, timestamp=timestamp))

    earlier = scheme.sign(replace(signing, now=signing.now - 1), delivery)
    yield (
        "time-edited",
        "its time was changed after signing",
        write(scheme.read(signing, earlier).timestamp),
    )
    renewed = scheme.write(
        signing, old, replace(scheme.read(signing, old), timestamp=parts.timestamp)
    )
    yield "time-renewed", "it is an old one whose time was set to now", renewed
    yield "time-absent", "it has no time", write(None)
    if parts.timestamp.isdigit():
        yield "time-word", "its time is a word", write("now")
        yield "time-negative", "its time is negative", write(f"-{parts.timestamp}")


def _change_id(scheme: Scheme, signing: Signing, signed: Delivery, parts: Parts) -> Found:
    if parts.id is None:
        return
    for name, words, value in (
        ("id-edited", "its id was changed after signing", f"{parts.id}0"),
        ("id-absent", "it has no id", None),
    ):
        yield name, words, scheme.write(signing, signed, replace(parts, id=value))


def _name_unknown(version: str) -> str:
    """A version that the scheme does not have: `v9` of `v1`, `sha999` of `sha256`."""
    letters = version.rstrip(string.digits)
    return f"{letters}{'9' * (len(version) - len(letters) or 1)}"


def _replace_character(character: str) -> str:
    """Another character of the same kind."""
    if character in _HEX:
        return "0" if character != "0" else "1"
    position = (_ALPHABET.find(character.lower()) + 1) % len(_ALPHABET)
    found = _ALPHABET[position]
    return found.upper() if character.isupper() else found
