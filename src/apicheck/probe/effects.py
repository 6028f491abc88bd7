"""Reads which deliveries a receiver has processed, where the target file says that this shows."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from apicheck.model.target import Effects
from apicheck.model.verdict import HarnessError
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.transport import Transport
from apicheck.probe.wire import WireRequest, WireResponse

_PATIENCE_S = 5.0
"""How long a receiver may take to process what it has acknowledged."""
_PAUSE_S = 0.02
_TIMEOUT_S = 10.0
_OK = 200


class EffectsReader:
    """Counts the ids of deliveries where they stand once they were processed.

    connect: the connections to a URL. stop: ends the wait early.
    """

    def __init__(
        self,
        effects: Effects,
        connect: Callable[[str, float], Transport],
        stop: threading.Event,
    ) -> None:
        self._effects = effects
        self._connect = connect
        self._stop = stop

    def count(self, delivery_id: str, at_least: int) -> int:
        """How often an id stands there, as soon as it is `at_least`, or after some seconds.

        Raises ProbeStopped where the place cannot be read.
        """
        until = time.monotonic() + _PATIENCE_S
        while True:
            found = self._read().count(delivery_id.encode())
            if found >= at_least or time.monotonic() >= until or self._stop.wait(_PAUSE_S):
                return found

    def _read(self) -> bytes:
        effects = self._effects
        try:
            if effects.url:
                return self._fetch(effects.url)
            if effects.file:
                return Path(effects.file).read_bytes()
            done = subprocess.run(  # noqa: S603  (the user's own command, without a shell)
                effects.command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIMEOUT_S,
                check=True,
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            words = f"the effects of the receiver cannot be read: {error}"
            raise ProbeStopped(
                HarnessError(words, "correct [effects] in the target file")
            ) from None
        return done.stdout

    def _fetch(self, url: str) -> bytes:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        headers = ((b"Host", parts.netloc.encode()), (b"Accept", b"*/*"))
        request = WireRequest("GET", target.encode(), headers, None)
        response = self._connect(origin, _TIMEOUT_S).send(request)
        if isinstance(response, WireResponse) and response.status == _OK:
            return response.body
        got = response.status if isinstance(response, WireResponse) else response.message
        raise ValueError(f"{url}: {got}")
