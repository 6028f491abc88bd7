"""Group clauses by the section of their source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apicheck.model.policy import Clause


def group_by_section(clauses: Iterable[Clause]) -> Mapping[str, tuple[Clause, ...]]:
    """Map the title of a section to its clauses, in the policy's order; "" is no section.

    The source of the first clause is the policy's own, and titles omit it. The sections of
    another source, such as an included standard, begin with its name.
    """
    every = tuple(clauses)
    own = every[0].source if every else ""
    found: dict[str, list[Clause]] = {}
    for clause in every:
        found.setdefault(_name_section(clause, own), []).append(clause)
    return {title: tuple(members) for title, members in found.items()}


def label_section(title: str) -> str:
    """Label a section for a reader: "Section 2"; a title in words is its own label."""
    return f"Section {title}" if title[:1].isdigit() else title


def _name_section(clause: Clause, own_source: str) -> str:
    """Name the section of a clause: "2", "2 Credentials", or "rfc6750, section 3"."""
    if clause.source == own_source:
        return " ".join(filter(None, (clause.section, clause.heading)))
    return f"{clause.source}, section {clause.section}" if clause.section else clause.source
