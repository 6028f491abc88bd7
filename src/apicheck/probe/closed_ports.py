"""Ports that refuse connections until they are opened: a receiver of webhooks that is down."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

_WAITING = 128

Serve = Callable[[socket.socket, object], None]
"""Serves a connection from an address."""


class ClosedPorts:
    """Ports of one address, each under a name. They are taken: nobody else can listen there."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._closed: dict[str, socket.socket] = {}
        self._open: list[tuple[socket.socket, threading.Thread]] = []

    def take(self, name: str) -> int:
        """Take a port that refuses connections. Raises OSError where there is none."""
        taken = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
        taken.bind((self._host, 0))
        self._closed[name] = taken
        return int(taken.getsockname()[1])

    def open(self, name: str, serve: Serve) -> None:
        """Have connections to the port of this name served from now on; none is no mistake."""
        taken = self._closed.pop(name, None)
        if taken is None:
            return
        taken.listen(_WAITING)
        thread = threading.Thread(target=_accept_all, args=(taken, serve), daemon=True)
        self._open.append((taken, thread))
        thread.start()

    def close(self) -> None:
        """Give every port back."""
        for taken in self._closed.values():
            taken.close()
        for taken, thread in self._open:
            with suppress(OSError):
                taken.shutdown(socket.SHUT_RDWR)  # wakes who accepts
            taken.close()
            thread.join()
        self._closed, self._open = {}, []


def _accept_all(taken: socket.socket, serve: Serve) -> None:
    while True:
        try:
            connection, address = taken.accept()
        except OSError:
            return
        serve(connection, address)
