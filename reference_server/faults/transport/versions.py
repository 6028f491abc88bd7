"""Versions of TLS that a server should not speak, or should."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from reference_server.document.profile import Profile
from reference_server.faults.fault import alters, fault
from reference_server.state.tls import VERSIONS, Tls, choose_versions

Versions = tuple[ssl.TLSVersion, ssl.TLSVersion]
Choose = Callable[[Tls], Versions]
_TLS = ("transport.tls",)


def _floor_is_not_the_newest(profile: Profile) -> bool:
    return profile.facts.transport.tls != "1.3"


@alters(choose_versions, needs=_TLS)
def speaks_tls_1_0(due: Versions, tls: Tls) -> Versions:
    """The server speaks TLS 1.0 and all that came after it."""
    return VERSIONS["1.0"], due[1]


@alters(choose_versions, needs=_TLS)
def speaks_tls_1_1(due: Versions, tls: Tls) -> Versions:
    """The server speaks TLS 1.1 and all that came after it."""
    return VERSIONS["1.1"], due[1]


@fault(choose_versions, needs=_TLS, shows_in=_floor_is_not_the_newest)
def speaks_the_newest_tls_alone(honest: Choose, tls: Tls) -> Versions:
    """The server speaks no version of TLS but 1.3, though an older one is promised."""
    return VERSIONS["1.3"], VERSIONS["1.3"]
