"""Runs the program that approves authorization requests in the place of a person."""

from __future__ import annotations

import subprocess

from apicheck.model.exchange import TransportError, TransportErrorKind
from apicheck.model.target import Consent
from apicheck.probe.wire import WireResponse, WireResult, make_transport_error

_TIMEOUT_S = 60
_LONGEST_URL = 65_536
_OK, _FOUND = 200, 302
_REASON = b"as the consent command says"


def run_consent(consent: Consent, url: str) -> WireResult:
    """The redirect that a person's browser ends with; an error when the program prints none.

    The program gets the URL of the authorization request as its last argument. It prints the URL
    that the browser was sent back to, or nothing where the server did not send it back.
    """
    try:
        done = subprocess.run(  # noqa: S603  (the user's own command, without a shell)
            [*consent.command, url],
            cwd=consent.folder or None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except OSError as problem:
        return _make_error(f"cannot be run: {problem.strerror or problem}")
    except subprocess.TimeoutExpired:
        return _make_error(f"did not end within {_TIMEOUT_S} s")
    location = done.stdout.strip()
    if done.returncode != 0 or len(location) > _LONGEST_URL:
        return _make_error(f"ended with {done.returncode}")
    fields = ((b"Location", location),) if location else ()
    return WireResponse(_FOUND if location else _OK, _REASON, fields, b"", truncated=False)


def _make_error(words: str) -> TransportError:
    return make_transport_error(TransportErrorKind.OTHER, f"the consent command {words}")
