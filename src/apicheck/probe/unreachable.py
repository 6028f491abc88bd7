"""Say why a target cannot be reached, and what the user can do."""

from __future__ import annotations

from apicheck.model.exchange import TransportError, TransportErrorKind
from apicheck.probe.wire import Origin

_NO_TLS = ("wrong version number", "record layer failure", "unknown protocol", "packet length too")
_CERTIFICATE_WANTED = ("certificate required", "handshake failure", "bad certificate")


def explain_connection_error(origin: Origin, error: TransportError) -> str:
    """Why no connection to an origin can be made, with the remedy."""
    if error.kind is TransportErrorKind.TLS:
        return _explain_tls(origin, error.message)
    if "proxy" in error.message:
        return f"cannot connect to {origin}: {error.message}"
    remedy = {
        TransportErrorKind.REFUSED: "start the server, or correct base_url",
        TransportErrorKind.DNS: "correct the host of base_url; if a proxy knows it, give --proxy",
        TransportErrorKind.TIMEOUT: "correct base_url; if the network wants a proxy, give --proxy",
    }.get(error.kind, "correct base_url")
    return f"cannot connect to {origin}: {error.kind.value} ({error.message}); {remedy}"


def _explain_tls(origin: Origin, message: str) -> str:
    """What is wrong with the TLS of a server that does respond."""
    said, where = message.lower().replace("_", " "), f"a server responds at {origin}"
    if any(words in said for words in _NO_TLS):
        return f"{where}, but it does not speak TLS ({message}): begin base_url with http://"
    if "hostname mismatch" in said or "ip address mismatch" in said:
        return f"{where}, but its certificate is for another name ({message}): correct base_url"
    if "certificate has expired" in said or "not yet valid" in said:
        return f"{where}, but its certificate is not valid now ({message})"
    if "verify failed" in said:
        return (
            f"{where}, but its certificate is not trusted ({message}): name the PEM file of its"
            ' authority, --ca-file FILE or [tls] ca_file = "FILE" in the target file'
        )
    if any(words in said for words in _CERTIFICATE_WANTED):
        return (
            f"{where}, but refuses the handshake ({message}): if it wants a client certificate,"
            ' give --client-cert FILE or [tls] client_cert = "FILE" in the target file'
        )
    return f"{where}, but TLS with it fails ({message})"
