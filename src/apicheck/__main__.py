"""The command `apicheck`. A signal ends it without a trace, also before anything is imported."""

from __future__ import annotations

# `signal` imports other modules, in which Ctrl-C would be a trace.
import _signal  # type: ignore[import-not-found]  # built in, and in no stub
import os
import sys


def main() -> int:
    """Run the command of this process and return its exit code."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _leave)
    from apicheck.cli import main as run

    return run()


def _leave(number: int, _: object) -> None:
    os._exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
