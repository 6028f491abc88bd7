"""Searches the files of a finished run for secrets and pieces of secrets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apicheck.model.target import Secrets
from apicheck.probe.redactor import Redactor

_SHORTEST = 8
"""A shorter secret is a word, which policy and document may use for other reasons."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A file that holds a secret, or a piece of at least 12 characters of one."""

    file: str
    placeholder: str


def scan(directory: Path, secrets: Secrets) -> tuple[Leak, ...]:
    """Find every leak in the files below a directory, in order of their paths."""
    worth = {name: secret for name, secret in secrets.values.items() if len(secret) >= _SHORTEST}
    redactor = Redactor(Secrets(worth))
    leaks: dict[Leak, None] = {}
    for path in sorted(directory.rglob("*")):
        if not path.is_file():
            continue
        for found in redactor.find(path.read_bytes()):
            leaks[Leak(str(path.relative_to(directory)), found.placeholder)] = None
    return tuple(leaks)
