"""Print results on stdout and everything else on stderr, with colour only on a terminal."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import click

from apicheck.cli.github import make_harmless
from apicheck.report.text import make_visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from apicheck.run import Progress

COLOURS = {"good": "green", "bad": "red", "warn": "yellow", "calm": "bright_black"}
_SECONDS_BETWEEN_LINES = 5.0


@dataclass(slots=True)
class Screen:
    """Prints for a command. quiet: only the result and mistakes. verbose: also notes."""

    quiet: bool = False
    verbose: bool = False

    def out(self, text: str = "") -> None:
        """Print a line of the result on stdout."""
        click.echo(make_harmless(text), color=coloured(sys.stdout))

    def say(self, text: str = "") -> None:
        """Print a line about the work on stderr, unless quiet."""
        if not self.quiet:
            click.echo(make_harmless(text), err=True, color=coloured(sys.stderr))

    def complain(self, text: str) -> None:
        """Print a mistake on stderr, even if quiet. Foreign text is made visible."""
        prefix = click.style("apicheck: ", fg="red", bold=True)
        click.echo(make_harmless(prefix + make_visible(text)), err=True, color=coloured(sys.stderr))

    def progress(self) -> Progress:
        """The progress to show: a bar on a terminal, lines elsewhere, none if quiet."""
        if self.quiet:
            from apicheck.run import Silent

            return Silent()
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            return BarProgress()
        return LineProgress(sys.stderr)


def coloured(stream: TextIO) -> bool:
    """Whether a stream may get colour (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def toned(text: str, tone: str, *, bold: bool = False) -> str:
    """The text in the colour of a tone; `Screen` removes the colour where it does not belong."""
    return click.style(text, fg=COLOURS.get(tone), bold=bold or None)


class LineProgress:
    """Plain lines for logs: the beginning of each part, its progress now and then, its notes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._label = ""
        self._total: int | None = None
        self._done = 0
        self._last = 0.0

    def begin(self, label: str, total: int | None = None) -> None:
        """Begin a part of the work."""
        self._label, self._total, self._done, self._last = label, total, 0, time.monotonic()
        self._line(f"{label} …" if total is None else f"{label}: {total} steps")

    def advance(self, n: int = 1, text: str = "") -> None:
        """Count steps, and print a line at most every few seconds."""
        self._done += n
        now = time.monotonic()
        if now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = now
            total = "" if self._total is None else f" of {self._total}"
            self._line(f"{self._label}: {self._done}{total}{'  ' + text if text else ''}")

    def note(self, text: str) -> None:
        """Print a line."""
        self._line(text)

    def end(self) -> None:
        """Print nothing: the next part prints its beginning."""

    def _line(self, text: str) -> None:
        print(make_harmless(make_visible(text)), file=self._stream, flush=True)


class BarProgress:
    """One bar on the terminal, which disappears at the end of its part."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def begin(self, label: str, total: int | None = None) -> None:
        """Begin a part of the work with a new bar."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self.end()
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[text]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(label, total=total, text="")
        self._bar.start()

    def advance(self, n: int = 1, text: str = "") -> None:
        """Advance the bar."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=n, text=make_visible(text)[:60])

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        if self._bar is not None:
            self._bar.console.print(make_visible(text), markup=False, highlight=False)
        else:
            click.echo(make_visible(text), err=True)

    def end(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
