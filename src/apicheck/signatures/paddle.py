"""Paddle Billing: `Paddle-Signature: ts=…;h1=…`, over `timestamp:body`.

The key is the whole secret. Several `h1` may come while a secret is changed. The tolerance counts
in both directions.
"""

from __future__ import annotations

from apicheck.signatures._pairs import PairsScheme

SCHEME = PairsScheme("Paddle-Signature", separator=";", time="ts", version="h1", joint=":")
