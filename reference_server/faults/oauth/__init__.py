"""Tokens that are granted, refreshed or revoked in another way than OAuth has it."""
