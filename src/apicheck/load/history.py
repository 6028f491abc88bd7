"""The OpenAPI documents that were published before the present one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from apicheck.load.mistakes import Mistakes
from apicheck.load.openapi import load_spec
from apicheck.model.errors import SpecError
from apicheck.model.json import Json
from apicheck.model.policy import PastDocument


def read_history(
    written: Sequence[Mapping[str, Json]], folder: Path, mistakes: Mistakes
) -> tuple[PastDocument, ...]:
    """The documents of a policy's `history`, the oldest first."""
    found = _read_each(written, folder, mistakes)
    return tuple(sorted(found, key=lambda one: one.published))


def _read_each(
    written: Sequence[Mapping[str, Json]], folder: Path, mistakes: Mistakes
) -> Iterator[PastDocument]:
    for index, item in enumerate(written):
        if not {"file", "published"} <= set(item):
            continue  # the schema has said so
        try:
            spec = load_spec(folder / item["file"])
        except SpecError as problem:
            first = problem.mistakes[0]
            words = f"{item['file']}:{first.line}: {first.message}" if first.line else first.message
            mistakes.add(f"/history/{index}/file", f"the document cannot be used: {words}")
            continue
        yield PastDocument(item["published"], spec.operations)
