"""Rows of a table that test the same property on every operation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from apicheck.authoring.path_index import index_paths
from apicheck.model.subject import Case, Subject


def spread(rows: Iterable[Case], among: object) -> tuple[Case, ...]:
    """The rows, of which each is asked of a few subjects only; of all of them when thorough.

    among: what the subjects have in common that share these rows (a security requirement).
    """
    return tuple(replace(row, spread=f"{among}: {row.name}") for row in rows)


def spread_by_path(rows: Iterable[Case], subject: Subject) -> tuple[Case, ...]:
    """The rows, each asked of a few operations of every kind of path.

    For what a router decides, before it comes to the code of an operation.
    """
    kind = index_paths(subject.context.spec).kind_of(subject.op.path)
    return spread(rows, f"{kind or 'other'} paths")
