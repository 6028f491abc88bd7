"""Asks a SOCKS5 proxy for a connection (RFC 1928), with user and password where it wants them.

A proxy of the scheme `socks5h` looks the host up itself; for one of `socks5` it is looked up here.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from apicheck.probe.wire import ProxyRoute

SCHEMES = ("socks5", "socks5h")

_VERSION, _CONNECT = 5, 1
_OPEN, _BY_PASSWORD, _NONE = 0, 2, 255
_IPV4, _NAME, _IPV6 = 1, 3, 4
_LENGTHS = {_IPV4: 4, _IPV6: 16}
_REFUSALS = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused by the host",
    6: "time to live expired",
    7: "command not supported",
    8: "address type not supported",
}


class SocksError(OSError):
    """A proxy makes no connection; the message is its reason."""


def ask_for_connection(
    proxy: ProxyRoute,
    host: str,
    port: int,
    read: Callable[[int], bytes],
    write: Callable[[bytes], object],
) -> None:
    """Make a proxy connect to a host, so that what follows is between the two.

    read: up to a number of bytes from the proxy. Raises SocksError when it refuses.
    """

    def take(count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            if not (more := read(count - len(taken))):
                raise SocksError("it closed the connection")
            taken += more
        return taken

    methods = bytes((_OPEN, _BY_PASSWORD) if proxy.login else (_OPEN,))
    write(bytes((_VERSION, len(methods))) + methods)
    version, method = take(2)
    if version != _VERSION:
        raise SocksError("it does not speak SOCKS5")
    if method == _BY_PASSWORD and proxy.login:
        _log_in(proxy.login, take, write)
    elif method != _OPEN:
        raise SocksError("407: it wants a user and password" if method == _NONE else f"{method}")
    resolves = proxy.origin.scheme == "socks5h"
    address = _encode(host) if resolves else _look_up(host, port)
    write(bytes((_VERSION, _CONNECT, 0)) + address + port.to_bytes(2, "big"))
    _, refused, _, kind = take(4)
    if refused:
        raise SocksError(_REFUSALS.get(refused, f"error {refused}"))
    take((_LENGTHS[kind] if kind in _LENGTHS else take(1)[0]) + 2)


def _log_in(login: bytes, take: Callable[[int], bytes], write: Callable[[bytes], object]) -> None:
    """Send user and password (RFC 1929)."""
    user, _, password = login.partition(b":")
    parts = (bytes((len(part),)) + part for part in (user[:255], password[:255]))
    write(b"\x01" + b"".join(parts))
    if take(2)[1]:
        raise SocksError("407: it refuses the user or the password")


def _encode(host: str) -> bytes:
    """A host as the proxy is to look it up; an address is one already."""
    for kind, family in ((_IPV4, socket.AF_INET), (_IPV6, socket.AF_INET6)):
        try:
            return bytes((kind,)) + socket.inet_pton(family, host)
        except OSError:
            continue
    name = host.encode("idna")
    return bytes((_NAME, len(name))) + name


def _look_up(host: str, port: int) -> bytes:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return _encode(str(found[0][4][0]))
