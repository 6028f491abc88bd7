"""Report the progress of long work to the user."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of a run; a terminal draws a bar, a log prints lines."""

    def begin(self, label: str, total: int | None = None) -> None:
        """Begin a part of the work. total: how many steps it has, None when unknown."""

    def advance(self, n: int = 1, text: str = "") -> None:
        """Advance by `n` steps."""

    def note(self, text: str) -> None:
        """Show a text on a line of its own."""

    def end(self) -> None:
        """End the part that began last."""


class Silent:
    """Shows no progress."""

    def begin(self, label: str, total: int | None = None) -> None:
        """Do nothing."""

    def advance(self, n: int = 1, text: str = "") -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""
