"""Answers that the document does not describe."""
