"""Any HMAC whose text, encoding and field the policy describes.

Options, each as the policy writes it:
header      the field that holds the signature (default `X-Signature`)
value       its value, with `{mac}` and perhaps `{timestamp}` (default `{mac}`)
separator   between several signatures in the field (default: commas, semicolons and spaces)
algorithm   sha1, sha256 (default), sha384 or sha512
encoding    hex (default), base64 or base64url
signed      what is signed (default `{body}`): `{body}`, `{timestamp}`, `{id}`, `{method}`,
            `{target}` (path and query), `{url}`, `{secret}` and names of path parameters
url         the receiver's URL without query, where a proxy changes it (default: made of Host and
            the target)
timestamp   the field that holds the time of signing, where `value` does not
unit        of the time: seconds, milliseconds, rfc3339 or http-date (default: whichever it is)
key         text, base64 or hex, as which the secret is used; a prefix (`whsec_`) is not part of
            base64 and hex (default: text; of a secret that begins with `whsec_`, base64 too)
id          the field, or JSON Pointer into the body, that holds the delivery's id
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping

from apicheck.model.json import at
from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    STALE,
    VALID,
    Delivery,
    Parts,
    Signing,
    is_one_of,
)
from apicheck.signatures.times import format_time, parse_timestamp
from apicheck.signatures.urls import list_urls

_NAME = re.compile(r"\{(\w+)\}")
_SEPARATORS = r"[,;\s]+"
_PATTERNS = {"mac": r"(?P<mac>[A-Za-z0-9+/=_-]+)", "timestamp": r"(?P<timestamp>[^,;\s]+)"}
_KEY_PREFIX = re.compile(r"[a-z]+_")
_HEADER = "X-Signature"
ALGORITHMS = ("sha1", "sha256", "sha384", "sha512")


def verify(signing: Signing, delivery: Delivery) -> str:
    """See `Scheme`. The tolerance counts in both directions, where there is a timestamp."""
    parts = read(signing, delivery)
    if not delivery.header(signing.option("header", _HEADER)):
        return ABSENT
    if parts.timestamp is None and _signs(signing, "timestamp"):
        return ABSENT
    expected = [
        _compute_mac(signing, key, url, delivery, parts)
        for url in _list_signed_urls(signing, delivery)
        for key in _list_keys(signing)
    ]
    if not any([is_one_of(parts.of(""), mac) for mac in expected]):  # noqa: C419  (all of them: constant time)
        return INVALID
    if parts.timestamp is None:
        return VALID
    moment = parse_timestamp(parts.timestamp, signing.option("unit"))
    if moment is None:
        return INVALID
    return VALID if abs(moment - signing.now) <= signing.tolerance_s else STALE


def sign(signing: Signing, delivery: Delivery) -> Delivery:
    """See `Scheme`. The id in a field comes from the context."""
    place = signing.option("id")
    if place and not place.startswith("/"):
        delivery = delivery.with_headers((place, signing.context.get("id", "1")))
    dated = "timestamp" in signing.facts.options or "{timestamp}" in signing.option("value")
    time = format_time(signing.now, signing.option("unit")) if dated else None
    unsigned = Parts((), time, _find_id(signing, delivery))
    url, key = _list_signed_urls(signing, delivery)[0], _list_keys(signing)[0]
    mac = _compute_mac(signing, key, url, delivery, unsigned)
    return write(signing, delivery, Parts((("", mac),), time, unsigned.id))


def read(signing: Signing, delivery: Delivery) -> Parts:
    """See `Scheme`.

    While a secret is changed there are several signatures, each as the template says, with the
    separator between them; what a template has besides may stand there once.
    """
    sent = (delivery.header(signing.option("header", _HEADER)) or "").strip()
    template = signing.option("value", "{mac}")
    whole = _compile_value(template).fullmatch(sent)
    separator = re.compile(re.escape(signing.option("separator")) or _SEPARATORS)
    pieces = [_compile_value(part) for part in separator.split(template)]
    found = [whole, *(piece.fullmatch(one) for one in separator.split(sent) for piece in pieces)]
    groups = [match.groupdict() for match in found if match]
    times = [group["timestamp"] for group in groups if "timestamp" in group]
    macs = dict.fromkeys(group["mac"] for group in groups if "mac" in group)
    time = next(iter(times), None) or delivery.header(signing.option("timestamp"))
    place = signing.option("id")
    return Parts(
        tuple(("", mac) for mac in macs), time, _find_id(signing, delivery) if place else None
    )


def write(signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
    """See `Scheme`. A part of the template that holds the signature stands there for each."""
    template, header = signing.option("value", "{mac}"), signing.option("header", _HEADER)
    separators = re.findall(_SEPARATORS, template)
    separator = signing.option("separator") or next(iter(separators), ",")
    pieces = [
        piece.replace("{mac}", mac)
        for piece in template.split(separator)
        for mac in ([mac for _, mac in parts.macs] if "{mac}" in piece else [""])
    ]
    value = separator.join(pieces).replace("{timestamp}", parts.timestamp or "")
    fields = {
        header: value if parts.macs else None,
        signing.option("timestamp"): parts.timestamp,
        signing.option("id"): parts.id,
    }
    named = {name: sent for name, sent in fields.items() if name and not name.startswith("/")}
    kept = [(name, sent) for name, sent in named.items() if sent is not None]
    return delivery.without(*named).with_headers(*kept)


def render(template: str, values: Mapping[str, bytes]) -> bytes:
    """A template with the names in braces replaced; unknown names are dropped."""
    pieces = _NAME.split(template)
    return b"".join(
        values.get(piece, b"") if index % 2 else piece.encode()
        for index, piece in enumerate(pieces)
    )


def _list_keys(signing: Signing) -> list[bytes]:
    """The keys that a secret may mean, the likeliest first."""
    secret, how = signing.secret, signing.option("key")
    text = secret.encode()
    if how == "text" or (not how and not secret.startswith("whsec_")):
        return [text]
    bare = _KEY_PREFIX.sub("", secret, count=1) if _KEY_PREFIX.match(secret) else secret
    try:
        decoded = bytes.fromhex(bare) if how == "hex" else base64.b64decode(bare, validate=True)
    except (binascii.Error, ValueError):
        return [text]
    return [decoded] if how else [text, decoded]


def _list_signed_urls(signing: Signing, delivery: Delivery) -> list[str]:
    """The URLs that may be signed; one that is not looked at where the policy signs none."""
    return list_urls(signing, delivery) if _signs(signing, "url") else [""]


def _compute_mac(signing: Signing, key: bytes, url: str, delivery: Delivery, parts: Parts) -> str:
    values = {**signing.context, "timestamp": parts.timestamp or "", "id": parts.id or ""}
    signed = render(
        signing.option("signed", "{body}"),
        {
            **{name: value.encode() for name, value in values.items()},
            "body": delivery.body,
            "method": delivery.method.encode(),
            "target": delivery.target.encode(),
            "url": url.encode(),
            "secret": signing.secret.encode(),
        },
    )
    algorithm = signing.option("algorithm", "sha256")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm {algorithm!r} is none of {', '.join(ALGORITHMS)}")
    digest = hmac.new(key, signed, getattr(hashlib, algorithm)).digest()
    encoding = signing.option("encoding", "hex")
    if encoding == "hex":
        return digest.hex()
    if encoding == "base64url":
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
    return base64.b64encode(digest).decode("ascii")


def _compile_value(template: str) -> re.Pattern[str]:
    pieces = _NAME.split(template)
    return re.compile(
        "".join(
            _PATTERNS.get(piece, ".*") if index % 2 else re.escape(piece)
            for index, piece in enumerate(pieces)
        )
    )


def _signs(signing: Signing, name: str) -> bool:
    return name in _NAME.findall(signing.option("signed", "{body}"))


def _find_id(signing: Signing, delivery: Delivery) -> str:
    place = signing.option("id")
    if place.startswith("/"):
        try:
            return str(at(json.loads(delivery.body), place) or "")
        except (ValueError, RecursionError):
            return ""
    return delivery.header(place) or ""
