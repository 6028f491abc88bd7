"""Which URLs may be subscribed."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import inet_aton
from urllib.parse import urlsplit

from apicheck.model.facts import Targets
from reference_server.seam import seam

_TESTER = ("http", "127.0.0.1")
"""A server on this machine delivers to a receiver on it, whatever its policy says of others."""
_METADATA = ("169.254.169.254", "fd00:ec2::254", "100.100.100.200")
_METADATA_NAMES = ("metadata.google.internal", "metadata")


@seam
def is_refused_target(targets: Targets, url: str) -> bool:
    """Whether the policy refuses to deliver to a URL."""
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    except ValueError:
        return True
    if (scheme, host) == _TESTER:
        return False
    if targets.schemes and scheme not in targets.schemes:
        return True
    return not find_kinds(host).isdisjoint(targets.refused)


def find_kinds(host: str) -> frozenset[str]:
    """The kinds of addresses (`TARGET_KINDS`) that a host is of, however it is written."""
    if host in _METADATA_NAMES:
        return frozenset({"metadata"})
    if host == "localhost" or host.endswith(".localhost"):
        return frozenset({"loopback"})
    address = _parse_address(host)
    if address is None:
        return frozenset()
    kinds = {
        "loopback": address.is_loopback or address.is_unspecified,
        "private": address.is_private and not (address.is_loopback or address.is_link_local),
        "link-local": address.is_link_local,
        "metadata": str(address) in _METADATA,
    }
    return frozenset(kind for kind, holds in kinds.items() if holds)


def _parse_address(host: str) -> IPv4Address | IPv6Address | None:
    """An address as resolvers read it: 2130706433 and 0x7f.1 are 127.0.0.1 as well."""
    try:
        address = ip_address(host)
    except ValueError:
        try:
            return IPv4Address(inet_aton(host))
        except OSError:
            return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
