"""The signals that end a command, and how: in order at the first, at once at the second."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer, current_thread, main_thread
from types import FrameType
from typing import Any

_SOON_S = 0.02
_WORDS = {"SIGINT": "Ctrl-C", "SIGTERM": "SIGTERM", "SIGHUP": "SIGHUP", "SIGBREAK": "Ctrl-Break"}
"""Those that this platform lacks are left out below."""
_SIGNALS = {
    number: words for name, words in _WORDS.items() if (number := getattr(signal, name, None))
}
SIGNALS = frozenset(_SIGNALS.values())
"""The words for signals, as `Stop.cause` has them."""


class Leave(KeyboardInterrupt):
    """A signal ends the command at once. exit_code: as shells say it."""

    def __init__(self, number: int) -> None:
        super().__init__(_SIGNALS.get(number, str(number)))
        self.number = number
        self.exit_code = 128 + number


class Stop(Event):
    """Set when a run shall end early. cause: why, "" before it is set."""

    cause = ""

    def set_because(self, cause: str) -> None:
        """Set it. The first cause stays."""
        self.cause = self.cause or cause
        self.set()


@contextmanager
def leave_on_signals() -> Iterator[None]:
    """Make each signal raise `Leave`."""

    def leave(number: int, _: FrameType | None) -> None:
        raise Leave(number)

    with _handle(leave), _insist():
        yield


@contextmanager
def _insist() -> Iterator[None]:
    """Repeat a signal that came at a moment when Python can raise nothing.

    Such are callbacks of the garbage collector and finalizers: the exception would be printed, and
    the command would go on.
    """
    before = sys.unraisablehook

    def repeat(ignored: sys.UnraisableHookArgs) -> None:
        if isinstance(ignored.exc_value, Leave):
            Timer(_SOON_S, os.kill, (os.getpid(), ignored.exc_value.number)).start()
        else:
            before(ignored)

    sys.unraisablehook = repeat
    try:
        yield
    finally:
        sys.unraisablehook = before


@contextmanager
def stop_on_signals(stop: Stop, note: Callable[[str], None]) -> Iterator[None]:
    """Make the first signal set `stop`; a further one does what signals did before.

    note: takes words for the user.
    """
    before: dict[int, Any] = {}

    def end_in_order(number: int, _: FrameType | None) -> None:
        stop.set_because(_SIGNALS[number])
        for one, handler in before.items():
            signal.signal(one, handler)
        with suppress(OSError, RuntimeError):  # a terminal that is lost, or in use at this moment
            note(
                "stopping: apicheck deletes what it made, judges what it recorded, and reports it"
                " (once more: exit now)"
            )

    with _handle(end_in_order, before):
        yield


@contextmanager
def _handle(
    handler: Callable[[int, FrameType | None], None], before: dict[int, Any] | None = None
) -> Iterator[None]:
    """Handle the signals, except those that whoever started this process had ignored (nohup)."""
    replaced = {} if before is None else before
    if current_thread() is main_thread():
        for number in _SIGNALS:
            found = signal.getsignal(number)
            if found not in (signal.SIG_IGN, None):
                replaced[number] = found
        for number in replaced:
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number, found in replaced.items():
            signal.signal(number, found)
