"""Checks of how the server demands, refuses and challenges credentials."""
