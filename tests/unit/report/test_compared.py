"""A run beside earlier ones: what changed on the first screen, and the trend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apicheck.judge import compare_runs
from apicheck.model.difference import Comparison
from apicheck.model.results import Results
from apicheck.model.verdict import Verdict
from apicheck.report import render
from apicheck.report.compared import HEIGHT, WIDTH, measure_bar, view_since, view_trend


@pytest.fixture
def before(results: Results) -> Results:
    """A run of the day before, with one finding less and one clause that passed."""
    clauses = tuple(
        replace(item, verdict=Verdict.PASS) if item.clause.id == "AUTH-1" else item
        for item in results.clauses
    )
    run = replace(results.run, started="2026-11-20T06:30:00Z", target="another")
    return replace(results, findings=results.findings[1:], clauses=clauses, run=run)


def compare(*runs: Results) -> Comparison:
    return Comparison(runs[:-1], compare_runs(runs[-2], runs[-1]))


def test_the_first_screen_says_what_changed_since_the_last_run(
    results: Results, before: Results
) -> None:
    since = view_since(compare(before, results), results)
    assert since is not None
    assert since.summary == "Findings: 1 new"
    lines = {title: [line for _, line in found] for title, found, _ in since.groups}
    assert lines["Clauses"] == ["AUTH-1: pass, now fail"]
    page = render(results, (), "html", compare(before, results)).decode()
    first = page.partition('<nav aria-label="Sections')[0]
    assert "Since the run of 2026-11-20 06:30:00 UTC" in first
    assert f'<a href="#finding-{results.findings[0].id}">' in first


def test_same_input_same_bytes(results: Results, before: Results) -> None:
    comparison = compare(before, results)
    assert render(results, (), "html", comparison) == render(results, (), "html", comparison)


def test_equal_runs_say_that_the_findings_are_the_same(results: Results) -> None:
    since = view_since(compare(results, results), results)
    assert since is not None
    assert since.summary == "The findings are the same"
    assert since.groups == ()


def test_many_changes_are_cut_and_counted(results: Results) -> None:
    one = results.findings[0]
    many = tuple(replace(one, id=f"f{n}", check=f"a/b{n}") for n in range(9))
    since = view_since(
        compare(replace(results, findings=()), replace(results, findings=many)), results
    )
    assert since is not None
    ((title, lines, more),) = since.groups
    assert (title, len(lines), more) == ("New", 3, 6)


def test_the_trend_has_a_bar_for_each_run_in_order(results: Results, before: Results) -> None:
    trend = view_trend(compare(before, before, results), results)
    assert [one.is_this for one in trend] == [False, False, True]
    assert [one.passed for one in trend] == [2, 2, 1]
    assert all(sum(part.count for part in one.segments) == one.total for one in trend)
    heights = [sum(part.height for part in one.segments) for one in trend]
    assert heights == pytest.approx([HEIGHT] * 3, abs=0.5)
    assert trend[-1].x + measure_bar(trend) <= WIDTH


def test_twenty_runs_fit_beside_each_other(results: Results, before: Results) -> None:
    trend = view_trend(compare(*[before] * 20, results), results)
    assert trend[-1].x + measure_bar(trend) <= WIDTH


def test_without_an_earlier_run_there_is_neither(results: Results) -> None:
    assert view_since(None, results) is None
    assert view_trend(None, results) == ()
    page = render(results, (), "html").decode()
    assert "Since the run of" not in page
    assert 'id="trend"' not in page


def test_hostile_text_of_an_earlier_run_is_text(results: Results, before: Results) -> None:
    hostile = "<b>x</b>\u202e"
    run = replace(before.run, started=hostile, digests={"policy": hostile})
    gone = replace(before.findings[0], id="gone", check=hostile)
    old = replace(before, run=run, findings=(gone,))
    page = render(results, (), "html", compare(old, results)).decode()
    assert "<b>" not in page
    assert "\u202e" not in page
