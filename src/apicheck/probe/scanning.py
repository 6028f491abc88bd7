"""Searches the files of a finished run for secrets and pieces of secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from apicheck.model.target import Secrets
from apicheck.probe.redactor import Redactor

_SHORTEST = 8
"""A shorter secret is a word, which policy and document may use for other reasons."""
_WINDOW = 2**20
_WRITTEN = 32
"""Bytes in which a character of a secret is written at most: `\\u0026#x0074;` has fewer."""
_PLAN = "plan.json"
_OF_TARGET = "it was written into the target file, which shall name a variable instead"
_OF_APICHECK = "apicheck sends the same text itself, as a value of a test: take another secret"
_WORD = re.compile(r"[A-Za-z][a-z]{,15}|[A-Z]{,16}")
"""An ordinary word, such as `administrator`, stands in files for other reasons, however long."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A file that holds a secret, or a piece of at least 12 characters of one.

    why: how it came there, where that is known.
    """

    file: str
    placeholder: str
    whole: bool = True
    why: str = ""

    def __str__(self) -> str:
        what = "that of" if self.whole else "a piece of that of"
        return f"{what} {self.placeholder} in {self.file}" + (f" ({self.why})" if self.why else "")


def scan(directory: Path, redactor: Redactor, published: Iterable[Path] = ()) -> tuple[Leak, ...]:
    """Find every leak in the files below a directory, in order of their paths.

    redactor: that of the run, which has an index of the secrets. published: files whose text is no
    secret (document and policy): a token that is an example there may stand anywhere.
    """
    texts = [path.read_bytes() for path in published if path.is_file()]
    secrets = redactor.all_secrets().values
    worth = {name: secret for name, secret in secrets.items() if _is_secret(secret, texts)}
    if len(worth) < len(secrets):
        redactor = Redactor(Secrets(worth))
    longest = max((len(secret.encode("utf-8", "replace")) for secret in worth.values()), default=0)
    leaks: dict[tuple[str, str], Leak] = {}
    for path in sorted(directory.rglob("*")):
        if not path.is_file():
            continue
        file = str(path.relative_to(directory))
        windows = _read_windows(path, longest * _WRITTEN)
        for found in (found for window in windows for found in redactor.find(window)):
            known = leaks.get((file, found.placeholder))
            if known is None or (found.whole and not known.whole):
                leaks[file, found.placeholder] = Leak(file, found.placeholder, found.whole)
        if file == _PLAN:
            for name in {name for of, name in leaks if of == file}:
                leaks[file, name] = replace(leaks[file, name], why=_explain(path, name, redactor))
    return tuple(leaks.values())


def _explain(plan: Path, placeholder: str, redactor: Redactor) -> str:
    """How a secret came into the plan: its target is what the target file and options say."""
    try:
        target = json.dumps(json.loads(plan.read_bytes())["target"], ensure_ascii=False)
    except (ValueError, LookupError, TypeError):
        return ""
    of_target = redactor.find(target.encode("utf-8", "backslashreplace"))
    return _OF_TARGET if placeholder in {one.placeholder for one in of_target} else _OF_APICHECK


def _read_windows(path: Path, overlap: int) -> Iterator[bytes]:
    """The bytes of a file, of any length, in windows; what one of them cuts, the next one has."""
    kept = b""
    with path.open("rb") as file:
        while data := file.read(_WINDOW):
            window = kept + data
            yield window
            kept = window[-overlap:] if overlap else b""


def _is_secret(secret: str, published: Iterable[bytes]) -> bool:
    if len(secret) < _SHORTEST or _WORD.fullmatch(secret):
        return False
    written = secret.encode("utf-8", "surrogateescape")
    whole = rb"(?<!\w)" + re.escape(written) + rb"(?!\w)"
    return not any(written in text and re.search(whole, text) for text in published)
