"""Certificates that no client should accept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from reference_server.faults.fault import fault
from reference_server.state.tls import NAMES, Authority, Certificate, Tls, choose_certificate

Choose = Callable[[Tls, str], Certificate | None]
_HTTPS = ("transport.https",)
_OTHER = "www.example.com"


@fault(choose_certificate, needs=_HTTPS)
def expired_certificate(honest: Choose, tls: Tls, entry: str) -> Certificate | None:
    """The certificate expired a day ago."""
    return issue_expired(tls.authority)


@fault(choose_certificate, needs=_HTTPS)
def early_certificate(honest: Choose, tls: Tls, entry: str) -> Certificate | None:
    """The certificate is not valid before tomorrow."""
    return _issue_early(tls.authority)


@fault(choose_certificate, needs=_HTTPS)
def certificate_of_another_host(honest: Choose, tls: Tls, entry: str) -> Certificate | None:
    """The certificate is that of another host."""
    return _issue_for_another_host(tls.authority)


@fault(choose_certificate, needs=_HTTPS)
def certificate_of_an_unknown_authority(honest: Choose, tls: Tls, entry: str) -> Certificate | None:
    """The certificate comes from an authority that no client trusts."""
    return _issue_by_a_stranger()


@fault(choose_certificate, needs=_HTTPS)
def omits_the_intermediate(honest: Choose, tls: Tls, entry: str) -> Certificate | None:
    """The certificate comes without that of the authority between it and the root."""
    return _issue_without_intermediate(tls.authority)


@fault(choose_certificate, needs=("transport.hosts",))
def region_with_anothers_certificate(honest: Choose, tls: Tls, entry: str) -> Certificate | None:
    """The last of the regions presents the certificate of another host."""
    return (
        _issue_for_another_host(tls.authority) if entry == tls.last_region else honest(tls, entry)
    )


@fault(choose_certificate, needs=("transport.hosts",))
def region_without_tls(honest: Choose, tls: Tls, entry: str) -> Certificate | None:
    """At the host of the last of the regions no handshake succeeds."""
    return None if entry == tls.last_region else honest(tls, entry)


# A certificate is made once: each takes a key, and a connection should not wait for one.


@cache
def issue_expired(authority: Authority) -> Certificate:
    """A certificate that expired a day ago."""
    return authority.issue(*NAMES, days=(-90, -1))


@cache
def _issue_early(authority: Authority) -> Certificate:
    return authority.issue(*NAMES, days=(1, 90))


@cache
def _issue_for_another_host(authority: Authority) -> Certificate:
    return authority.issue(_OTHER)


@cache
def _issue_without_intermediate(authority: Authority) -> Certificate:
    return authority.issue_without_intermediate(*NAMES)


@cache
def _issue_by_a_stranger() -> Certificate:
    return Authority().issue(*NAMES)
