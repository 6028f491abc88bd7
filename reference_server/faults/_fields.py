"""Faults change header fields, and leave them out."""

from __future__ import annotations

from collections.abc import Callable, Collection

from reference_server.responses.headers import Fields


def change_fields(fields: Fields, names: Collection[str], change: Callable[[str], str]) -> Fields:
    """Header fields, with other values for some. names: theirs, in lower case."""
    return [(name, change(value) if name.lower() in names else value) for name, value in fields]


def omit_fields(fields: Fields, names: Collection[str]) -> Fields:
    """Header fields without some. names: theirs, in lower case."""
    return [(name, value) for name, value in fields if name.lower() not in names]
