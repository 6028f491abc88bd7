from __future__ import annotations

from dataclasses import replace

import pytest

from apicheck.model.results import Results
from apicheck.report.formats.annotations import (
    MOST_OF_A_LEVEL,
    disarm,
    disarm_json,
    render_annotations,
)
from tests.unit.report import hostile

PLACES = {"clauses": {"AUTH-1": "api/a,b.yaml:31"}, "operations": {}}


def test_a_violation_is_an_error_at_its_clause_and_else_a_warning(results: Results) -> None:
    placed = replace(results, run=replace(results.run, places=PLACES))
    first, second, third = render_annotations(placed)
    assert first == (
        "::error title=Not kept%3A A request without credentials is refused,"
        "file=api/a%2Cb.yaml,line=31"
        "::AUTH-1: expected 401, got 201 Created on createContact"
    )
    assert second.startswith("::warning title=")
    assert "file=" not in third


def test_a_known_finding_is_a_notice(results: Results) -> None:
    first, *_ = render_annotations(results, {results.findings[0].id})
    assert first.startswith("::notice ")


def test_github_gets_as_many_as_it_shows(results: Results) -> None:
    worst = results.findings[0]
    many = tuple(replace(worst, outcome=f"o{n}") for n in range(30))
    lines = list(render_annotations(replace(results, findings=many)))
    assert len(lines) == MOST_OF_A_LEVEL


def test_hostile_text_gives_neither_lines_nor_properties(results: Results) -> None:
    lines = list(render_annotations(hostile.poison(results)))
    assert len(lines) == len(list(render_annotations(results)))
    for line in lines:
        assert set(line).isdisjoint(hostile.FORBIDDEN + "\n\r")
        properties = line.removeprefix("::").partition("::")[0].partition(" ")[2]
        assert {one.partition("=")[0] for one in properties.split(",")} == {"title"}


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a :: b", "a :: b"),
        ("::error::x", "\\::error::x"),
        ("ok\n   ::stop-commands::t", "ok\n   \\::stop-commands::t"),
        ("see ##[error]x", "see ##\\[error]x"),
    ],
)
def test_what_is_printed_is_no_command(text: str, printed: str) -> None:
    assert disarm(text) == printed


def test_json_stays_the_same_value() -> None:
    assert disarm_json('{"a": "##[error]"}') == '{"a": "##\\u005berror]"}'
