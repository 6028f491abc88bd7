"""MD5 in the query: `?secret=md5("{licenseCode}:{secret}")`.

Weak, and in use: it proves that the sender knows the secret, and does not cover the body. The
options name the `parameter` (default `signature`) and what is `signed` (default `{secret}`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlsplit

from apicheck.model.facts import Signature
from apicheck.signatures.delivery import ABSENT, INVALID, VALID, Delivery
from apicheck.signatures.hmac_template import render


def verify(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    now: float,  # noqa: ARG001  (one signature for all schemes)
    context: Mapping[str, str],
) -> str:
    """See `Scheme`. Never stale: the scheme has no time of signing."""
    parameter = signature.options.get("parameter", "signature")
    query = parse_qsl(urlsplit(delivery.target).query, keep_blank_values=True)
    sent = [value for name, value in query if name == parameter]
    if not any(sent):
        return ABSENT
    expected = _compute_digest(signature, secret, context)
    valid = len(sent) == 1 and hmac.compare_digest(sent[0].lower().encode(), expected.encode())
    return VALID if valid else INVALID


def sign(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    now: float,  # noqa: ARG001  (one signature for all schemes)
    context: Mapping[str, str],
) -> Delivery:
    """See `Scheme`."""
    parameter = quote(signature.options.get("parameter", "signature"))
    separator = "&" if "?" in delivery.target else "?"
    pair = f"{parameter}={_compute_digest(signature, secret, context)}"
    return replace(delivery, target=f"{delivery.target}{separator}{pair}")


def _compute_digest(signature: Signature, secret: str, context: Mapping[str, str]) -> str:
    values = {
        **{name: value.encode() for name, value in context.items()},
        "secret": secret.encode(),
    }
    text = render(signature.options.get("signed", "{secret}"), values)
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
