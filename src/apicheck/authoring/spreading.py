"""Rows of a table that test the same property on every operation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from apicheck.model.subject import Case


def spread(rows: Iterable[Case], among: object) -> tuple[Case, ...]:
    """The rows, of which each is asked of a few subjects only; of all of them when thorough.

    among: what the subjects have in common that share these rows (a security requirement).
    """
    return tuple(replace(row, spread=f"{among}: {row.name}") for row in rows)
