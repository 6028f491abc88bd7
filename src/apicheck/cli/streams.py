"""Standard streams of any kind: closed, full, lost, or of an encoding that lacks a character."""

from __future__ import annotations

import codecs
import os
import select
import sys
from collections.abc import Callable
from io import BufferedWriter, FileIO, RawIOBase, TextIOWrapper
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from typing_extensions import Buffer

_ERRORS = "apicheck"
_FIRST_FREE = 3
_PLAIN = {
    "✓": "+", "✗": "x", "◇": "<>", "◐": "(", "○": "o", "\u2013": "-", "\u2014": "-", "…": "...",
    "→": "->", "←": "<-",
}  # fmt: skip
"""What stands for a character of our own where a stream cannot show it."""


class _Stream(RawIOBase):
    """A stream that takes everything; `lost` says why nothing is written any more.

    So no command ends in its middle because nobody reads what it prints.
    """

    def __init__(self, raw: RawIOBase) -> None:
        self._raw = raw
        self.lost: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    def write(self, data: Buffer, /) -> int:
        while self.lost is None:
            try:
                written = self._raw.write(data)
            except OSError as error:
                self.lost = error
            else:
                if written is not None:
                    return written
                select.select((), (self._raw,), ())  # it would block
        return memoryview(data).nbytes


def prepare_streams() -> Callable[[], str]:
    """Make stdout and stderr of this process take any text, whatever becomes of them.

    Returns a function that writes what they still hold, and says what the user should know: why
    stdout could not be written, "" if it was, or if its reader had seen enough.
    """
    # A file that the run opens must not become what somebody takes for stdout.
    while (opened := os.open(os.devnull, os.O_RDWR)) < _FIRST_FREE:
        pass
    os.close(opened)
    codecs.register_error(_ERRORS, _write_plainly)
    out, sys.stdout = _wrap(sys.stdout)
    _, sys.stderr = _wrap(sys.stderr, at_once=True)

    def finish() -> str:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if out.lost is None or isinstance(out.lost, BrokenPipeError):
            return ""
        return f"cannot write to stdout: {out.lost.strerror}"

    return finish


def _wrap(stream: TextIO | None, *, at_once: bool = False) -> tuple[_Stream, TextIO]:
    if stream is None:
        raw = _Stream(FileIO(os.devnull, "w"))
    else:
        raw = _Stream(cast("RawIOBase", getattr(stream.buffer, "raw", stream.buffer)))
    text = TextIOWrapper(
        BufferedWriter(raw),
        "utf-8" if stream is None else stream.encoding,
        errors=_ERRORS,
        line_buffering=at_once or raw.isatty(),
    )
    return raw, text


def _write_plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    plain = (_PLAIN.get(one) or one.encode("ascii", "backslashreplace").decode() for one in text)
    return "".join(plain), error.end
