"""Reads where an API is besides its base URL: by TLS, by plain HTTP, and for each region."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from apicheck.load.mistakes import Mistakes
from apicheck.model.json import Json, child_pointer
from apicheck.model.policy import Policy
from apicheck.model.target import Endpoints

_SECTION = "/transport"
_USUAL_PORTS = (None, 443)


def read_endpoints(
    settings: Mapping[str, Json], base_url: str, prefix: str, policy: Policy, mistakes: Mistakes
) -> Endpoints:
    """The endpoints that the target file names, or that follow from its base URL.

    By TLS, the API is at a base URL of https. By plain HTTP it is at the same host, if both ports
    are the usual ones. The host of a region is known where it is that of the base URL, or among
    the hosts that apicheck may contact. prefix: the path of the document's server.
    """
    given = settings.get("transport", {})
    https = _read_url(given, "https_url", "https", mistakes) or _as_https(base_url)
    plain = _read_url(given, "plain_url", "http", mistakes) or _as_plain(base_url)
    named = given.get("regions", {})
    hosts = policy.facts.transport.hosts
    for region in named if hosts else ():  # a policy without regions has no use for them
        if region not in hosts:
            pointer = child_pointer(f"{_SECTION}/regions", region)
            mistakes.unknown(pointer, "region", region, hosts)
    regions = {
        region: _read_url(named, region, "https", mistakes, f"{_SECTION}/regions")
        for region in named
        if region in hosts
    }
    allowed = {host.partition(":")[0] for host in settings.get("safety", {}).get("hosts", ())}
    base = urlsplit(base_url) if _as_https(base_url) else None
    for region, host in hosts.items():
        if region not in regions and base is not None:
            if host == base.hostname:
                regions[region] = base_url
            elif host in allowed:
                regions[region] = f"https://{host}{base.path}"
    return Endpoints(
        https.removesuffix(prefix),
        plain.removesuffix(prefix),
        {region: url.removesuffix(prefix) for region, url in regions.items() if url},
        plain_credentials=given.get("plain_credentials", False),
    )


def _read_url(
    given: Mapping[str, Json], key: str, scheme: str, mistakes: Mistakes, below: str = _SECTION
) -> str:
    url = str(given.get(key, "")).rstrip("/")
    if not url:
        return ""
    pointer, hint = child_pointer(below, key), f"{scheme}://api.example.com"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as problem:
        mistakes.add(pointer, f"is not a URL: {problem}", hint)
        return ""
    if parts.username is not None or parts.password is not None:
        mistakes.add(pointer, "a URL may not hold credentials", "give them to an identity")
    elif parts.scheme != scheme or not parts.hostname or parts.query or parts.fragment:
        message = f'"{url}" is no URL that begins with {scheme}:// and ends with a path'
        mistakes.add(pointer, message, hint)
    return url


def _as_https(base_url: str) -> str:
    return base_url if base_url.startswith("https://") else ""


def _as_plain(base_url: str) -> str:
    """The base URL by plain HTTP; "" where its port is unusual, which says nothing of the other."""
    if not _as_https(base_url):
        return ""
    parts = urlsplit(base_url)
    if parts.port not in _USUAL_PORTS or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"http://{host}{parts.path}"
