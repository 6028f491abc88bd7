"""Credentials that are not verified, or refused in another way than promised."""
