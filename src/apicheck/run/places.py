"""Where clauses and operations are written, as the repository around them names the files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import apicheck
from apicheck.run.config import Inputs

_PACKAGE = Path(apicheck.__file__).resolve().parent


def find_places(inputs: Inputs, start: Path) -> Mapping[str, Mapping[str, str]]:
    """Find the place of each clause and operation that lies in the repository around a folder.

    Without a repository, the folder itself takes its place. What comes from elsewhere (a URL, a
    clause set of apicheck) has no place.
    """
    root = _find_root(start.resolve())
    spec = inputs.spec
    written = {}
    for operation in spec.operations:
        place = spec.locate(operation.pointer)
        file = place.file if place.file == spec.file else Path(spec.file).parent / place.file
        written[operation.id] = _name(file, place.line, root)
    found = {
        "clauses": {one.id: _name(one.file, one.line, root) for one in inputs.policy.clauses},
        "operations": written if isinstance(inputs.spec_file, Path) else {},
    }
    return {
        kind: {key: place for key, place in all_.items() if place} for kind, all_ in found.items()
    }


def _find_root(start: Path) -> Path:
    """The folder of the repository around a folder, or else the folder itself."""
    return next((one for one in (start, *start.parents) if (one / ".git").exists()), start)


def _name(file: str | Path, line: int, root: Path) -> str:
    """Name a line as seen from the root; "" for a file that is not below it, or of apicheck."""
    if not str(file):
        return ""
    path = Path(file).resolve()
    if path.is_relative_to(_PACKAGE) or not path.is_relative_to(root):
        return ""
    return f"{path.relative_to(root).as_posix()}:{max(line, 1)}"
