"""Tokens that are granted, refreshed or revoked otherwise than OAuth says."""
