"""Any HMAC whose text, encoding and field the policy describes.

Options, each as the policy writes it:
header      the field that holds the signature (default `X-Signature`)
value       its value, with `{mac}` and perhaps `{timestamp}` (default `{mac}`)
algorithm   sha1, sha256 (default), sha384 or sha512
encoding    hex (default), base64 or base64url
signed      what is signed (default `{body}`): `{body}`, `{timestamp}`, `{id}`, `{method}`,
            `{target}`, `{secret}` and names of path parameters
timestamp   the field that holds the time of signing, where `value` does not
id          the field, or JSON Pointer into the body, that holds the delivery's id
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping

from apicheck.model.facts import Signature
from apicheck.model.json import at
from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    STALE,
    VALID,
    Delivery,
    is_timestamp,
    is_within,
)

_NAME = re.compile(r"\{(\w+)\}")
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
    parts = _compile_value(options.get("value", "{mac}")).fullmatch(sent.strip())
    if parts is None:
        return INVALID
    found = parts.groupdict()
    timestamp = found.get("timestamp") or delivery.header(options.get("timestamp", ""))
    if timestamp is None and _signs(options, "timestamp"):
        return ABSENT
    values = {**context, "timestamp": timestamp or "", "id": _find_id(options, delivery)}
    expected = _compute_mac(options, secret, delivery, values)
    if not hmac.compare_digest(found["mac"].encode(), expected.encode()):
        return INVALID
    if timestamp is None:
        return VALID
    if not is_timestamp(timestamp):
        return INVALID
    tolerance = signature.tolerance_s
    return VALID if is_within(timestamp, now, tolerance, tolerance) else STALE


def sign(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    now: float,
    context: Mapping[str, str],
) -> Delivery:
    """See `Scheme`. The id in a field comes from the context."""
    options = signature.options
    timestamp = str(int(now))
    place = options.get("id", "")
    if place and not place.startswith("/"):
        delivery = delivery.with_headers((place, context.get("id", "1")))
    values = {**context, "timestamp": timestamp, "id": _find_id(options, delivery)}
    mac = _compute_mac(options, secret, delivery, values)
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


def _compute_mac(
    options: Mapping[str, str], secret: str, delivery: Delivery, values: Mapping[str, str]
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
    digest = hmac.new(secret.encode(), signed, getattr(hashlib, algorithm)).digest()
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
