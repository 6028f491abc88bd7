"""What OAuth 2.0 has of the token and the revocation operation (RFC 6749, RFC 7009)."""
