"""Verifies that the quotes of a policy are in the stored texts of their sources."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from apicheck.load.mistakes import Mistakes
from apicheck.load.source import Source, read_text
from apicheck.model.errors import Mistake, PolicyError
from apicheck.model.json import Json, child_pointer

_PLAIN = {0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'", 0xA0: " "}
"""Characters that copying a text changes: typographic quotation marks, no-break space."""


def verify(source: Source, document: Mapping[str, Json], mistakes: Mistakes) -> None:
    """Adds a mistake for every quote that its source's `file:` does not contain."""
    defaults: Mapping[str, Json] = document.get("defaults") or {}
    declared: Mapping[str, Json] = document.get("sources") or {}

    def add(pointer: str, message: str, hint: str = "") -> None:
        path = ".".join(pointer.split("/")[1:])
        mistakes.found.append(Mistake(source.file, source.line(pointer), path, message, hint))

    texts: dict[str, str] = {}
    for name, text in declared.items():
        if "file" not in text:
            continue
        place = child_pointer("/sources", name)
        try:
            content = read_text(Path(source.file).parent / text["file"], PolicyError)
        except PolicyError as problem:
            add(f"{place}/file", f"{text['file']}: {problem.mistakes[0].message}")
            continue
        digest = hashlib.sha256(content.encode()).hexdigest()
        if text.get("digest", digest).removeprefix("sha256:") != digest:
            add(f"{place}/digest", f"the text in {text['file']} has another digest", digest)
        texts[name] = _fold(content)
    only = next(iter(declared)) if len(declared) == 1 else ""
    for clause_id, fields in (document.get("clauses") or {}).items():
        clause = {**defaults, **(fields or {})}
        name = clause.get("source", only)
        if name in texts and clause.get("quote") and not _contains(clause["quote"], texts[name]):
            place = f"{child_pointer('/clauses', clause_id)}/quote"
            message = f'the quote is not in the text of source "{name}"'
            add(place, message, "copy the words as they are there; … stands for omitted ones")


def _contains(quote: str, folded: str) -> bool:
    """Whether the parts of a quote, between its ellipses, follow each other in a folded text."""
    at = 0
    for part in re.split(r"…|\[…\]|\.\.\.", quote):
        words = _fold(part)
        found = folded.find(words, at)
        if found < 0:
            return False
        at = found + len(words)
    return True


def _fold(text: str) -> str:
    plain = text.translate(_PLAIN)
    return re.sub(r"\s+", " ", plain).strip()
