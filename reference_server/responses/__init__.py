"""Responses: of a success, of an error, and the header fields of both."""
