"""A secret that stands for the real one where only names of deliveries are wanted."""

from __future__ import annotations

from dataclasses import replace

from apicheck.model.facts import Signature

_SYMMETRIC = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
_ASYMMETRIC = "whsk_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
_ED25519 = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
"""The test key of RFC 9421, appendix B.1.4."""


def make_stand_in(facts: Signature) -> tuple[Signature, str]:
    """A secret of the kind that a scheme signs with, and the scheme with which it fits.

    All asymmetric algorithms have near misses of the same names.
    """
    if facts.scheme == "standard-webhooks":
        return facts, _ASYMMETRIC if facts.options.get("version") == "v1a" else _SYMMETRIC
    if facts.scheme == "http-message-signatures":
        if facts.options.get("algorithm", "hmac-sha256").startswith("hmac"):
            return replace(facts, options={**facts.options, "key": "text"}), _SYMMETRIC
        return replace(facts, options={**facts.options, "algorithm": "ed25519"}), _ED25519
    return facts, _SYMMETRIC
