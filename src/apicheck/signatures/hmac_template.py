"""Any HMAC whose text, encoding and field the policy describes.

Options, each as the policy writes it:
header      the field that holds the signature (default `X-Signature`)
value       its value, with `{mac}` and perhaps `{timestamp}` (default `{mac}`)
algorithm   sha1, sha256 (default), sha384 or sha512
encoding    hex (default), base64 or base64url
signed      what is signed (default `{body}`): `{body}`, `{timestamp}`, `{id}`, `{method}`,
            `{target}`, `{secret}` and names of path parameters
timestamp   the field that holds the time of signing, where `value` does not
unit        of the time: seconds, milliseconds or rfc3339 (default: whichever it is)
key         text or base64, as which the secret is used; a prefix (`whsec_`) is none of the base64
            (default: text, or base64 behind `whsec_`)
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
from datetime import UTC, datetime

from apicheck.model.facts import Signature
from apicheck.model.json import at
from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    STALE,
    VALID,
    Delivery,
    parse_timestamp,
)

_NAME = re.compile(r"\{(\w+)\}")
_SEPARATORS = re.compile(r"[,\s]+")
_PATTERNS = {"mac": r"(?P<mac>[A-Za-z0-9+/=_-]+)", "timestamp": r"(?P<timestamp>[^,;\s]+)"}
ALGORITHMS = ("sha1", "sha256", "sha384", "sha512")


def verify(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    now: float,
    context: Mapping[str, str],
) -> str:
    """See `Scheme`. The tolerance counts in both directions, where a timestamp is signed."""
    options = signature.options
    sent = delivery.header(options.get("header", "X-Signature"))
    if not sent:
        return ABSENT
    macs, timestamp = _parse_value(options.get("value", "{mac}"), sent.strip())
    timestamp = timestamp or delivery.header(options.get("timestamp", ""))
    if timestamp is None and _signs(options, "timestamp"):
        return ABSENT
    values = {**context, "timestamp": timestamp or "", "id": _find_id(options, delivery)}
    expected = [
        _compute_mac(options, secret, key, delivery, values) for key in _list_keys(options, secret)
    ]
    if not any(hmac.compare_digest(mac.encode(), due.encode()) for mac in macs for due in expected):
        return INVALID
    if timestamp is None:
        return VALID
    moment = parse_timestamp(timestamp, options.get("unit", ""))
    if moment is None:
        return INVALID
    return VALID if abs(moment - now) <= signature.tolerance_s else STALE


def sign(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    now: float,
    context: Mapping[str, str],
) -> Delivery:
    """See `Scheme`. The id in a field comes from the context."""
    options = signature.options
    timestamp = _format_time(now, options.get("unit", ""))
    place = options.get("id", "")
    if place and not place.startswith("/"):
        delivery = delivery.with_headers((place, context.get("id", "1")))
    values = {**context, "timestamp": timestamp, "id": _find_id(options, delivery)}
    key = next(iter(_list_keys(options, secret)))
    mac = _compute_mac(options, secret, key, delivery, values)
    value = options.get("value", "{mac}").replace("{timestamp}", timestamp).replace("{mac}", mac)
    delivery = delivery.with_headers((options.get("header", "X-Signature"), value))
    if "timestamp" in options:
        delivery = delivery.with_headers((options["timestamp"], timestamp))
    return delivery


def render(template: str, values: Mapping[str, bytes]) -> bytes:
    """A template with the names in braces replaced; unknown names are dropped."""
    pieces = _NAME.split(template)
    return b"".join(
        values.get(piece, b"") if index % 2 else piece.encode()
        for index, piece in enumerate(pieces)
    )


def _parse_value(template: str, sent: str) -> tuple[list[str], str | None]:
    """The signatures in a field, and its timestamp.

    While a secret is changed there are several signatures, each as the template says, with commas
    or spaces between them; what a template has besides may stand there once.
    """
    whole = _compile_value(template).fullmatch(sent)
    parts = [_compile_value(part) for part in _SEPARATORS.split(template)]
    found = [whole, *(part.fullmatch(one) for one in _SEPARATORS.split(sent) for part in parts)]
    groups = [match.groupdict() for match in found if match]
    times = [group["timestamp"] for group in groups if "timestamp" in group]
    return [group["mac"] for group in groups if "mac" in group], next(iter(times), None)


def _list_keys(options: Mapping[str, str], secret: str) -> list[bytes]:
    """The keys that a secret may mean, the likeliest first."""
    text, how = secret.encode(), options.get("key", "")
    if how == "text" or (not how and not secret.startswith("whsec_")):
        return [text]
    try:
        decoded = base64.b64decode(re.sub(r"^[a-z]+_", "", secret), validate=True)
    except binascii.Error:
        return [text]
    return [decoded] if how else [text, decoded]


def _format_time(now: float, unit: str) -> str:
    if unit == "rfc3339":
        return datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    return str(int(now * 1000) if unit == "milliseconds" else int(now))


def _compute_mac(
    options: Mapping[str, str],
    secret: str,
    key: bytes,
    delivery: Delivery,
    values: Mapping[str, str],
) -> str:
    signed = render(
        options.get("signed", "{body}"),
        {
            **{name: value.encode() for name, value in values.items()},
            "body": delivery.body,
            "method": delivery.method.encode(),
            "target": delivery.target.encode(),
            "secret": secret.encode(),
        },
    )
    algorithm = options.get("algorithm", "sha256")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm {algorithm!r} is none of {', '.join(ALGORITHMS)}")
    digest = hmac.new(key, signed, getattr(hashlib, algorithm)).digest()
    encoding = options.get("encoding", "hex")
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


def _signs(options: Mapping[str, str], name: str) -> bool:
    return name in _NAME.findall(options.get("signed", "{body}"))


def _find_id(options: Mapping[str, str], delivery: Delivery) -> str:
    place = options.get("id", "")
    if place.startswith("/"):
        try:
            return str(at(json.loads(delivery.body), place) or "")
        except ValueError:
            return ""
    return delivery.header(place) or ""
