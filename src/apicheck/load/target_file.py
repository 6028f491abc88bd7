"""Reads the target file: `apicheck.toml`, or `[tool.apicheck]` in pyproject.toml."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from apicheck.load.source import Source, read_text
from apicheck.model.errors import Mistake, TargetError
from apicheck.model.json import Json, child_pointer

FILE_NAME = "apicheck.toml"
_PYPROJECT = "pyproject.toml"
_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_.-]+|"[^"]*"|'[^']*'|\s*\.\s*)+?)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def find_target(start: Path) -> Path | None:
    """The nearest target file, upwards from a folder; None without one."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
        if (folder / _PYPROJECT).is_file() and _has_section(folder / _PYPROJECT):
            return folder / _PYPROJECT
    return None


def _has_section(path: Path) -> bool:
    try:
        return "[tool.apicheck" in path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def target_settings(path: Path) -> Mapping[str, Json]:
    """The settings of a target file, not verified. Raises TargetError when it cannot be read.

    Files are relative to its folder in the file; here they are paths to open. `spec` may be a URL.
    """
    settings = dict(read_target(path).value)
    for key in ("policy", "spec", "attestations"):
        if isinstance(settings.get(key), str) and not is_url(settings[key]):
            settings[key] = str(path.parent / settings[key])
    if isinstance(tls := settings.get("tls"), Mapping):
        files = {
            key: str(path.parent / str(tls[key]))
            for key in tls
            if key in ("ca_file", "client_cert")
        }
        settings["tls"] = {**tls, **files}
    return settings


def is_url(place: str) -> bool:
    """Whether a document is at a URL, and not in a file."""
    return place.partition("://")[0].lower() in ("http", "https")


def read_target(path: Path) -> Source:
    """The target file with the lines of its keys. Raises TargetError."""
    text = read_text(path, TargetError)
    try:
        value: Json = _as_json(tomllib.loads(text))
    except (ValueError, RecursionError) as problem:  # also a number that is too long
        at_line = re.search(r"at line (\d+)", str(problem))
        line = int(at_line[1]) if at_line else text.count("\n") + 1
        message = f"is not TOML: {str(problem).split(' (at ')[0]}"
        raise TargetError(
            f"{path} cannot be read", (Mistake(str(path), line, "", message),)
        ) from None
    lines = _find_lines(text)
    if path.name == _PYPROJECT:
        value = value.get("tool", {}).get("apicheck", {})
        lines = {
            pointer.removeprefix("/tool/apicheck"): line
            for pointer, line in lines.items()
            if pointer.startswith("/tool/apicheck")
        }
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Source(str(path), value, lines, {}, digest)


def _as_json(value: Json) -> Json:
    """A TOML value as JSON; dates become text."""
    if isinstance(value, Mapping):
        return {key: _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat()


def _find_lines(text: str) -> dict[str, int]:
    """Pointer -> line of tables and keys; inline tables have the line of their key."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parse_key(header[1])
            for depth in range(2, table.count("/") + 2):
                lines.setdefault("/".join(table.split("/")[:depth]), number)
        elif key := _KEY.match(line):
            lines.setdefault(table + _parse_key(key[1]), number)
    return lines


def _parse_key(key: str) -> str:
    pointer = ""
    for part in _PART.findall(key):
        pointer = child_pointer(pointer, part.strip("\"'"))
    return pointer
