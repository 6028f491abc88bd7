"""The token operation and the revocation operation of OAuth 2.0."""
