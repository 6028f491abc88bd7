"""Starts `apicheck` as a process, bounds its time and memory, and looks at what it left."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.torture.api import TOKEN

PATIENCE_S = 120.0
"""After so long a command is killed, and its case fails."""
PEAK_MB = 450.0
CODES = {
    "conformant": 0,
    "conformant-with-waivers": 0,
    "not-conformant": 1,
    "incomplete": 3,
    "invalid": 4,
}

_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Controls and marks of direction, which no line of apicheck's own has where stdout is a file."""
_BUGS = ("Traceback (most recent", "this is a bug", "Exception ignored", "Exception in thread")
_SCRIPTS = ("<script>evil", "<img src=x", "<svg onload", 'href="javascript:')
_REPORTERS = jsonschema_rs.validator_for(
    json.loads((files("apicheck") / "report" / "results.schema.json").read_text())
)


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str
    killed: bool
    peak_mb: float
    seconds: float
    directory: Path
    """Where it ran."""

    @property
    def results(self) -> Any:
        return json.loads((self.directory / "run" / "results.json").read_text())

    @property
    def failed(self) -> set[str]:
        """The clauses that fail."""
        return {one["id"] for one in self.results["clauses"] if one["verdict"] == "fail"}

    @property
    def word(self) -> str:
        return str(self.results["verdict"]["word"])

    def look(self) -> None:
        """What holds for every command, whatever it met."""
        assert not self.killed, f"not over after {PATIENCE_S} s"
        assert self.peak_mb < PEAK_MB
        for text in (self.out, self.err):
            assert not [bug for bug in _BUGS if bug in text], text
            assert not _UNFIT.search(text), repr(text)
        assert 0 <= self.code <= 5, self.err

    def look_at_run(self) -> None:
        """What holds for every run that has results."""
        self.look()
        _REPORTERS.validate(self.results)
        assert self.code == self.results["verdict"]["exit_code"] == CODES[self.word]
        assert not find_errors(self.results)
        report = (self.directory / "run" / "report.html").read_text("utf-8")
        assert not [script for script in _SCRIPTS if script in report]
        for file in (self.directory / "run").iterdir():
            assert not holds_token(file.read_bytes()), file


def find_errors(results: Any) -> list[str]:
    """Results of checks that are an error of apicheck's own."""
    own = re.compile(r"\b[A-Z]\w*(Error|Exception)\b|does not declare")
    return [
        f"{one['check']}: {one['reason']}"
        for one in results["results"]
        if one["verdict"] == "error" and own.search(one["reason"])
    ]


def holds_token(data: bytes) -> bool:
    forms = (TOKEN.encode(), base64.b64encode(TOKEN.encode())[:-4], TOKEN.encode().hex().encode())
    return any(form in data for form in forms)


class Launcher:
    """Starts commands in forks of one process that has imported apicheck."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(
        self,
        directory: Path,
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> Ended:
        """Run `apicheck` with these arguments in a directory."""
        out, err = directory / "stdout", directory / "stderr"
        order = {
            "arguments": arguments,
            "cwd": str(directory),
            "environ": {"THINGS_TOKEN": TOKEN, **(environ or {})},
            "out": str(out),
            "err": str(err),
            "patience_s": patience_s,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        return Ended(
            told["code"],
            out.read_bytes().decode("utf-8", "replace"),
            err.read_bytes().decode("utf-8", "replace"),
            told["killed"],
            told["peak_mb"],
            told["seconds"],
            directory,
        )


@contextmanager
def start_launcher() -> Iterator[Launcher]:
    with subprocess.Popen(
        # By its file: libraries of others install packages that are named `tests`, too.
        [sys.executable, "-P", Path(__file__).with_name("zygote.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield Launcher(process)
        finally:
            process.kill()


def write_files(directory: Path, named: Mapping[str, str]) -> None:
    for name, text in named.items():
        (directory / name).write_text(text)


Arguments = Sequence[str]
