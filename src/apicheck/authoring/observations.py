"""What is observed of an exchange beside its response: how a connection failed, and under what."""

from apicheck.model.exchange import ONLY_UNDER_LOAD, TLS_VERSION, TransportErrorKind

__all__ = ["ONLY_UNDER_LOAD", "TLS_VERSION", "TransportErrorKind"]
