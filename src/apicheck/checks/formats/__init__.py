"""Formats: dates, pages of lists, negotiation, repetitions, and what is added on request."""
