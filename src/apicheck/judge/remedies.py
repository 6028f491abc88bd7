"""Merge remedies into TOML that can be pasted into the target file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_FIXTURES = "[fixtures]"
"""The table whose keys are names of parameters, dots and brackets included."""


class Remedies:
    """Remedies of one target file. Each table and each key stands in one task alone.

    file: the target file, "" where the run had none.
    """

    def __init__(self, file: str) -> None:
        self._file = file.rpartition("/")[2] or "apicheck.toml"
        self._tables: set[str] = set()
        self._keys: dict[tuple[str, str], str] = {}

    def merge(self, remedies: Iterable[str]) -> str:
        """Merge remedies into lines for the target file, without what an earlier task has.

        A remedy that is a sentence becomes a comment.
        """
        tables: dict[str, list[str]] = {}
        for remedy in remedies:
            table = ""
            for line in _as_toml(remedy):
                if line.startswith("["):
                    table = line
                    tables.setdefault(table, [])
                else:
                    self._add(table, line, tables.setdefault(table, []))
        # Lines below no table stand above the first one.
        ordered = sorted(tables.items(), key=lambda item: item[0] != "")
        lines = [line for table, kept in ordered for line in self._write(table, kept)]
        if not lines:
            return ""
        return "\n".join([f"# in {self._file}:", *lines] if _has_settings(lines) else lines)

    def _add(self, table: str, line: str, kept: list[str]) -> None:
        key, _, value = (part.strip() for part in line.partition("="))
        known = self._keys.get((table, key))
        if line.startswith("#"):
            kept.extend([line] if line not in kept else [])
        elif known is None:
            self._keys[table, key] = value
            kept.append(line)
        elif known != value and f"# or: {line}" not in kept:
            kept.append(f"# or: {line}")

    def _write(self, table: str, kept: list[str]) -> list[str]:
        if table in self._tables:
            return [f"# below {table}: {line.removeprefix('# ')}" for line in kept]
        if table:
            self._tables.add(table)
        return [table, *kept] if table else kept


def _has_settings(lines: list[str]) -> bool:
    return any(not line.startswith("#") for line in lines)


def _as_toml(remedy: str) -> list[str]:
    """The lines of a remedy, with keys in quotes that need them; comments if it is no TOML."""
    table, lines = "", []
    for line in filter(None, (line.strip() for line in remedy.splitlines())):
        table = line if line.startswith("[") else table
        lines.append(_quote_key(table, line))
    try:
        tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return [f"# {line.removeprefix('# ')}" for line in lines]
    return lines


def _quote_key(table: str, line: str) -> str:
    if line.startswith(("[", "#", '"', "'")):
        return line
    key, equals, value = (part.strip() for part in line.partition(" ="))
    if not equals or _BARE.fullmatch(key) or (table != _FIXTURES and "." in key):
        return line
    return f'"{key}" = {value}' if '"' not in key else line
