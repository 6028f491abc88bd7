"""Credentials that are not looked at, or refused in another way than promised."""
