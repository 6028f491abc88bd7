"""Responses that the document does not describe."""
