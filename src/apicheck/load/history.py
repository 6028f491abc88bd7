"""Reads the earlier documents of an API that a policy names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from apicheck.load.layers import Merged
from apicheck.load.openapi import load_spec
from apicheck.load.selectors import find_selector_error
from apicheck.model.errors import Mistake, SpecError
from apicheck.model.facts import Facts
from apicheck.model.json import dotted
from apicheck.model.operation import Spec

_HISTORY = "/versioning/history"
_COMPATIBLE = "/versioning/promises/compatible"


def load_history(
    facts: Facts, merged: Merged, files: Sequence[Path], found: list[Mistake]
) -> tuple[Spec, ...]:
    """The documents of `versioning.history`. Mistakes are added to `found`.

    files: where they are, in their order.
    """
    versioning = facts.versioning
    if versioning is None:
        return ()
    specs: list[Spec] = []
    for item, file in zip(versioning.history, files, strict=True):
        try:
            specs.append(load_spec(file))
        except SpecError as error:
            origin = merged.origin(_HISTORY)
            message = f"{item.file} cannot be read as an earlier document"
            found.append(Mistake(origin.file, origin.line, dotted(f"/facts{_HISTORY}"), message))
            found.extend(error.mistakes)
    complete = len(specs) == len(versioning.history)
    for selector in versioning.compatible.items if versioning.compatible and complete else ():
        said = [find_selector_error(selector, spec, facts.operations) for spec in specs]
        if said and all(said):  # operations that are gone are what it is about
            message, hint = said[0] or ("", "")
            origin = merged.origin(_COMPATIBLE)
            place = dotted(f"/facts{_COMPATIBLE}")
            found.append(Mistake(origin.file, origin.line, place, message, hint))
    return tuple(specs)
