"""The certificates and versions with which the server speaks TLS, made anew at every start."""

from __future__ import annotations

import ssl
import threading
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import trustme

from reference_server.seam import seam

NAMES = ("127.0.0.1", "localhost")
"""Of the certificate: the names under which a client on this machine reaches the server."""
VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_USUAL_FLOOR = "1.2"
_warnings_are_filtered = threading.Lock()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key. chain: PEM, from the leaf upwards, without the root."""

    chain: bytes
    key: bytes


class Authority:
    """A root that clients trust, and an authority below it that issues the certificates."""

    def __init__(self) -> None:
        self._root = trustme.CA()
        self._below = self._root.create_child_ca()

    @property
    def pem(self) -> bytes:
        """The root's certificate, for clients."""
        return self._root.cert_pem.bytes()

    def issue(self, *names: str, days: tuple[float, float] = (-1, 1)) -> Certificate:
        """Issue a certificate. days: from now until it begins, and until it ends."""
        now = datetime.now(UTC)
        begins, ends = (now + timedelta(days=day) for day in days)
        leaf = self._below.issue_cert(*names, not_before=begins, not_after=ends)
        chain = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
        return Certificate(chain, leaf.private_key_pem.bytes())

    def issue_without_intermediate(self, *names: str) -> Certificate:
        """Issue a certificate without that of the authority between it and the root."""
        leaf = self._below.issue_cert(*names)
        return Certificate(leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes())


class Tls:
    """What the listeners speak.

    floor: the oldest version by the policy, None where it names none. last_region: the entry of
    the last region, "" where there are none.
    """

    def __init__(self, floor: str | None, last_region: str) -> None:
        self.floor = VERSIONS[floor or _USUAL_FLOOR]
        self.last_region = last_region
        self.authority = Authority()
        self._contexts: dict[object, ssl.SSLContext] = {}

    @cached_property
    def certificate(self) -> Certificate:
        """The certificate of the honest server."""
        return self.authority.issue(*NAMES)

    def choose_context(self, entry: str) -> ssl.SSLContext:
        """The settings of the next connection to a listener, by the faults in force."""
        certificate, versions = choose_certificate(self, entry), choose_versions(self)
        key = certificate, versions
        if key not in self._contexts:
            self._contexts[key] = _build_context(certificate, *versions)
        return self._contexts[key]


@seam
def choose_certificate(tls: Tls, entry: str) -> Certificate | None:
    """The certificate that a listener presents; None: it has none, and no handshake succeeds."""
    del entry
    return tls.certificate


@seam
def choose_versions(tls: Tls) -> tuple[ssl.TLSVersion, ssl.TLSVersion]:
    """The oldest and the newest version that the server speaks."""
    return tls.floor, ssl.TLSVersion.TLSv1_3


class ListeningContext(ssl.SSLContext):
    """Settings that are chosen for each connection when it comes."""

    choose: Callable[[], ssl.SSLContext]
    in_force: Callable[[], AbstractContextManager[None]]

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Begin a connection."""
        with self.in_force():
            return self.choose().wrap_bio(*args, **kwargs)


def listen_with(
    tls: Tls, entry: str, in_force: Callable[[], AbstractContextManager[None]]
) -> ssl.SSLContext:
    """Make the context of a listener. in_force: puts the server's faults in force."""
    context = ListeningContext(ssl.PROTOCOL_TLS_SERVER)
    context.choose = lambda: tls.choose_context(entry)
    context.in_force = in_force
    return context


def _build_context(
    certificate: Certificate | None, oldest: ssl.TLSVersion, newest: ssl.TLSVersion
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if oldest < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("ALL:@SECLEVEL=0")  # no other level has what the old versions need
    with _warnings_are_filtered, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the old versions
        context.minimum_version, context.maximum_version = oldest, newest
    if certificate is not None:
        with (
            trustme.Blob(certificate.chain).tempfile() as chain,
            trustme.Blob(certificate.key).tempfile() as key,
        ):
            context.load_cert_chain(chain, key)
    return context
