"""Clauses by the place where their source has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apicheck.model.policy import Clause


def group_by_section(clauses: Iterable[Clause]) -> Mapping[str, tuple[Clause, ...]]:
    """Title of a section -> its clauses, in the policy's order; "" for clauses without one.

    The first clause's source is the policy's own and goes without saying; sections of another
    source (a standard that the policy includes) begin with its name.
    """
    every = tuple(clauses)
    own = every[0].source if every else ""
    found: dict[str, list[Clause]] = {}
    for clause in every:
        found.setdefault(_section_title(clause, own), []).append(clause)
    return {title: tuple(members) for title, members in found.items()}


def _section_title(clause: Clause, own_source: str) -> str:
    """What the section of a clause is called: "2", or "rfc6750, section 3"."""
    if clause.source == own_source:
        return clause.section
    return f"{clause.source}, section {clause.section}" if clause.section else clause.source
