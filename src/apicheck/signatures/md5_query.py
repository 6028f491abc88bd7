"""MD5 in the query: `?secret=md5("{licenseCode}:{secret}")`.

Weak, and in use: it proves that the sender knows the secret, and does not cover the body. The
options name the `parameter` (default `signature`) and what is `signed` (default `{secret}`).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import parse_qsl, quote, unquote_plus, urlsplit

from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    VALID,
    Delivery,
    Parts,
    Signing,
    is_one_of,
)
from apicheck.signatures.hmac_template import render


def verify(signing: Signing, delivery: Delivery) -> str:
    """See `Scheme`. Never stale: the scheme has no time of signing."""
    parts = read(signing, delivery)
    if not any(parts.of("")):
        return ABSENT
    sent = [mac.lower() for mac in parts.of("")]
    valid = len(sent) == 1 and is_one_of(sent, _compute_digest(signing))
    return VALID if valid else INVALID


def sign(signing: Signing, delivery: Delivery) -> Delivery:
    """See `Scheme`."""
    return write(signing, delivery, Parts((("", _compute_digest(signing)),)))


def read(signing: Signing, delivery: Delivery) -> Parts:
    """See `Scheme`."""
    parameter = signing.option("parameter", "signature")
    query = parse_qsl(urlsplit(delivery.target).query, keep_blank_values=True)
    return Parts(tuple(("", value) for name, value in query if name == parameter))


def write(signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
    """See `Scheme`. The rest of the query stays as it is written."""
    parameter = signing.option("parameter", "signature")
    path, _, query = delivery.target.partition("?")
    pairs = [
        pair
        for pair in query.split("&")
        if pair and unquote_plus(pair.partition("=")[0]) != parameter
    ]
    pairs += [f"{quote(parameter)}={quote(mac)}" for _, mac in parts.macs]
    return replace(delivery, target=f"{path}?{'&'.join(pairs)}" if pairs else path)


def _compute_digest(signing: Signing) -> str:
    values = {
        **{name: value.encode() for name, value in signing.context.items()},
        "secret": signing.secret.encode(),
    }
    text = render(signing.option("signed", "{secret}"), values)
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
