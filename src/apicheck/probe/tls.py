"""The TLS settings of connections."""

from __future__ import annotations

import ssl
import sys
import threading
import warnings
from pathlib import Path

import truststore

from apicheck.model.errors import TargetError
from apicheck.model.target import Tls

VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_warnings_are_filtered = threading.Lock()


def build_context(tls: Tls) -> ssl.SSLContext:
    """The TLS settings of a target; without a CA file, what the operating system trusts.

    Raises TargetError when a file cannot be used.
    """
    try:
        if tls.ca_file:
            context = ssl.create_default_context(cafile=tls.ca_file)
        else:
            context = _build_trusting_context()
        if tls.client_cert:
            context.load_cert_chain(tls.client_cert)
    except (OSError, ssl.SSLError) as error:
        named = tls.client_cert or tls.ca_file
        raise TargetError(f"[tls]: {named} cannot be used: {error}") from None
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _build_trusting_context() -> ssl.SSLContext:
    """The settings of a client that trusts what the operating system trusts."""
    paths = ssl.get_default_verify_paths()
    hashed = paths.capath and any(Path(paths.capath).glob("*.0"))
    if sys.platform != "linux" or not (paths.cafile or hashed):
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # With these files alone truststore does the same, but reads them anew for each connection.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    return context


def build_version_context(tls: Tls, version: str) -> ssl.SSLContext:
    """The settings of a client that offers one version, with every cipher, to any certificate.

    Raises ssl.SSLError where this machine's OpenSSL has no ciphers for the version.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")  # no other level has what the old versions need
    with _warnings_are_filtered, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the old versions
        context.minimum_version = context.maximum_version = VERSIONS[version]
    if tls.client_cert:
        context.load_cert_chain(tls.client_cert)
    return context
