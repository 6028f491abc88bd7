"""The terminal: results on stdout, everything else on stderr, colour only where it can be seen."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import click

from apicheck.report.text import make_visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from apicheck.run import Progress

COLOURS = {"good": "green", "bad": "red", "warn": "yellow", "calm": "bright_black"}
_SECONDS_BETWEEN_LINES = 5.0


@dataclass(slots=True)
class Screen:
    """Where a command prints. quiet: only the result and mistakes. verbose: notes too."""

    quiet: bool = False
    verbose: bool = False

    def out(self, text: str = "") -> None:
        """A line of the result, on stdout."""
        click.echo(text, color=coloured(sys.stdout))

    def say(self, text: str = "") -> None:
        """A line about the work, on stderr."""
        if not self.quiet:
            click.echo(text, err=True, color=coloured(sys.stderr))

    def complain(self, text: str) -> None:
        """What went wrong, on stderr, whatever was asked for. Others' text is made visible."""
        prefix = click.style("apicheck: ", fg="red", bold=True)
        click.echo(prefix + make_visible(text), err=True, color=coloured(sys.stderr))

    def progress(self) -> Progress:
        """A bar on a terminal, lines elsewhere, nothing when it is to be quiet."""
        if self.quiet:
            from apicheck.run import Silent

            return Silent()
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            return BarProgress()
        return LineProgress(sys.stderr)


def coloured(stream: TextIO) -> bool:
    """Whether colour may be written to a stream (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def toned(text: str, tone: str, *, bold: bool = False) -> str:
    """The text in the colour of a tone; `Screen` takes the colour away where it is not due."""
    return click.style(text, fg=COLOURS.get(tone), bold=bold or None)


class LineProgress:
    """Plain lines for logs: each part's beginning, a sign of life now and then, its notes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._label = ""
        self._total: int | None = None
        self._done = 0
        self._last = 0.0

    def begin(self, label: str, total: int | None = None) -> None:
        """A part of the work begins."""
        self._label, self._total, self._done, self._last = label, total, 0, time.monotonic()
        self._line(f"{label} …" if total is None else f"{label}: {total} steps")

    def advance(self, n: int = 1, text: str = "") -> None:
        """Steps are done; a line at most every few seconds."""
        self._done += n
        now = time.monotonic()
        if now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = now
            of = "" if self._total is None else f" of {self._total}"
            self._line(f"{self._label}: {self._done}{of}{'  ' + text if text else ''}")

    def note(self, text: str) -> None:
        """A line of its own."""
        self._line(text)

    def end(self) -> None:
        """The part is over; the next line says what comes."""

    def _line(self, text: str) -> None:
        print(make_visible(text), file=self._stream, flush=True)


class BarProgress:
    """One bar on the terminal that goes away when its part is over."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def begin(self, label: str, total: int | None = None) -> None:
        """A part of the work begins."""
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
        """Steps are done."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=n, text=make_visible(text)[:60])

    def note(self, text: str) -> None:
        """A line of its own, above the bar."""
        if self._bar is not None:
            self._bar.console.print(make_visible(text), markup=False, highlight=False)
        else:
            click.echo(make_visible(text), err=True)

    def end(self) -> None:
        """The part is over."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
