"""Checks of the header fields of responses."""
