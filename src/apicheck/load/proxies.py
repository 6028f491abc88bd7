"""Which proxy the connections to a host go through: the target file's, or the environment's."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

from apicheck.load.mistakes import Mistakes
from apicheck.load.secrets import SecretReader, placeholder
from apicheck.model.json import Json
from apicheck.model.target import Proxy, is_loopback

NO_PROXY = "none"
_SCHEMES = ("http", "https", "socks5", "socks5h")
_HINT = 'proxy = "http://proxy.example.com:3128", or --proxy'


def read_proxies(
    settings: Mapping[str, Json], urls: Iterable[str], secrets: SecretReader
) -> dict[str, Proxy]:
    """Host -> the proxy before it, for those of the URLs' hosts that have one.

    A proxy that is named explicitly is before every host. One of the environment is not before
    hosts of this machine, which it could not reach, nor before those of NO_PROXY.
    """
    named = settings.get("proxy")
    found: dict[str, Proxy] = {}
    for scheme, host in dict.fromkeys(map(_split, urls)):
        if named == NO_PROXY or not host:
            continue
        if named:
            proxy = _read_named(named, secrets.mistakes)
        elif is_loopback(host) or _is_bypassed(host, secrets.environ):
            continue
        else:
            proxy = _read_environment(scheme, secrets)
        if proxy is not None:
            found[host] = proxy
    return found


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def _is_bypassed(host: str, environ: Mapping[str, str]) -> bool:
    """Whether NO_PROXY names a host: by itself, by a domain above it, by a network, by `*`."""
    named = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return any(
        _covers(entry.strip().lower(), host.lower()) for entry in named.split(",") if entry.strip()
    )


def _covers(entry: str, host: str) -> bool:
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        name = entry.removeprefix("*").lstrip(".").partition(":")[0]
        return host == name or host.endswith(f".{name}")


def _read_named(url: str, mistakes: Mistakes) -> Proxy | None:
    if urlsplit(url).username is not None or urlsplit(url).password is not None:
        hint = "set HTTPS_PROXY (or HTTP_PROXY) in the environment instead"
        mistakes.add("/proxy", "the URL of a proxy may not hold credentials here", hint)
        return None
    return _make(url, "proxy of the target file or --proxy", "/proxy", mistakes)


def _read_environment(scheme: str, secrets: SecretReader) -> Proxy | None:
    """The proxy of the environment, by the usual names; the lower-case one comes first."""
    for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"):
        url = secrets.environ.get(name, "").strip()
        if not url:
            continue
        url = url if "://" in url else f"http://{url}"
        parts = urlsplit(url)
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        proxy = _make(bare, name, "", secrets.mistakes)
        if proxy is None or parts.username is None:
            return proxy
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        if parts.password:
            secrets.keep(placeholder("proxy", "PASSWORD"), unquote(parts.password))
        kept = secrets.keep(placeholder("proxy"), base64.b64encode(pair.encode()).decode())
        return Proxy(proxy.url, name, kept)
    return None


def _make(url: str, named_by: str, pointer: str, mistakes: Mistakes) -> Proxy | None:
    """A proxy without credentials; None with a mistake, which does not show the URL."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _SCHEMES and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        message = f"the {named_by} is not the URL of a proxy: http, https, socks5 or socks5h"
        mistakes.add(pointer, message, _HINT)
        return None
    return Proxy(url.rstrip("/"), named_by)
