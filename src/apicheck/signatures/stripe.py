"""Stripe: `Stripe-Signature: t=…,v1=…`, over `timestamp.body`.

The key is the whole secret, `whsec_` included. Several `v1` may come while a secret is rolled;
`v0` is the signature of test events, and no verifier accepts it. Only the past is bounded, as in
the scheme's libraries.
"""

from __future__ import annotations

from apicheck.signatures._pairs import PairsScheme

SCHEME = PairsScheme(
    "Stripe-Signature", separator=",", time="t", version="v1", joint=".", bounds_future=False
)
