"""Checks of the OAuth 2.0 token and revocation operations (RFC 6749, RFC 7009)."""
