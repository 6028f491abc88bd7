from __future__ import annotations

from dataclasses import replace

from apicheck.model.policy import Clause
from apicheck.model.results import Results
from apicheck.report.sections import group_by_section
from apicheck.report.view import view_sections


def test_sections_of_an_included_standard_are_separate_from_the_policys_own() -> None:
    clauses = (
        Clause("A", "3", source="policy"),
        Clause("B", "3", source="rfc6750"),
        Clause("C", "4", source="policy"),
        Clause("D", "3", source="policy"),
        Clause("E", source="rfc9110"),
        Clause("F", source="policy"),
    )
    grouped = {
        title: [c.id for c in members] for title, members in group_by_section(clauses).items()
    }
    assert grouped == {
        "3": ["A", "D"],
        "rfc6750, section 3": ["B"],
        "4": ["C"],
        "rfc9110": ["E"],
        "": ["F"],
    }


def test_a_numbered_section_is_labelled_as_one(results: Results) -> None:
    kept = results.clauses[0]
    named = replace(kept, clause=replace(kept.clause, section="Getting started"))
    other = replace(kept, clause=replace(kept.clause, id="B", section="2.1"))
    headed = replace(kept, clause=replace(kept.clause, id="C", section="3", heading="Limits"))
    clauses = (named, other, headed)
    titles = [view.title for view in view_sections(replace(results, clauses=clauses))]
    assert titles == ["Getting started", "Section 2.1", "Section 3 Limits"]


def test_no_clauses_have_no_sections() -> None:
    assert group_by_section(()) == {}
