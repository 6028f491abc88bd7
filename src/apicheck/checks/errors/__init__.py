"""Checks of error responses, and of every response that a rule covers."""
