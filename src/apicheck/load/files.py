"""Opens the other files that a document refers to."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from apicheck.load.references import Opener, Unresolved
from apicheck.load.source import Source, read_source
from apicheck.model.errors import SpecError


def open_below(home: Path, *others: Path) -> Opener:
    """Opens files below the folder of the document, or below one of the others.

    A document may come from anywhere: it shall not bring other files of this machine into a
    report. Files are named as seen from the document's folder.
    """
    folders = [folder.resolve() for folder in (home, *others)]

    def open_file(uri: str) -> tuple[str, Source]:
        path = Path(unquote(urlsplit(uri).path)).resolve()
        if not any(path.is_relative_to(folder) for folder in folders):
            raise Unresolved(
                "is to a file outside of the document's folder",
                "start apicheck in a folder that holds all of them",
            )
        try:
            source = read_source(path, SpecError, doubles=True)
        except SpecError as error:
            said = error.mistakes[0].message
            raise Unresolved(f"is to another file, which cannot be read: {said}") from None
        return os.path.relpath(path, home), source

    return open_file
