"""How long work tells a person where it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives what a run does; a terminal draws a bar, a log prints lines."""

    def begin(self, label: str, total: int | None = None) -> None:
        """A part of the work begins. total: how many steps it has, None when unknown."""

    def advance(self, n: int = 1, text: str = "") -> None:
        """`n` steps are done."""

    def note(self, text: str) -> None:
        """Something worth a line of its own."""

    def end(self) -> None:
        """The part that began last is over."""


class Silent:
    """Says nothing."""

    def begin(self, label: str, total: int | None = None) -> None:
        """Nothing."""

    def advance(self, n: int = 1, text: str = "") -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""
