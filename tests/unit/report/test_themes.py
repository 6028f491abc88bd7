from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from apicheck.model.results import CheckResult, Results
from apicheck.model.verdict import Verdict
from apicheck.registry import collect
from apicheck.report import render
from apicheck.report.themes import name_theme, view_operations, view_themes
from apicheck.report.words import THEMES


def test_every_family_of_checks_has_a_theme() -> None:
    assert {check.partition("/")[0] for check in collect()} <= set(THEMES)


def test_families_of_one_theme_stand_together() -> None:
    titles = list(THEMES.values())
    changes = sum(one != other for one, other in pairwise(titles))
    assert changes == len(set(titles)) - 1


def test_a_family_of_another_distribution_is_its_own_theme() -> None:
    assert name_theme("billing/invoices") == "billing"


def test_a_clause_counts_in_each_theme_of_its_checks(results: Results) -> None:
    found = {theme.title: theme for theme in view_themes(results)}
    assert list(found) == [
        "Authentication",
        "Scopes and tenants",
        "Rate limits",
        "Webhooks",
        "Versions",
        "Headers and transport",
        "Behaviour",
    ]
    assert found["Authentication"].parts == ((Verdict.FAIL, 1),)
    assert found["Authentication"].failed == ("AUTH-1",)
    assert found["Versions"].parts == ((Verdict.REVIEW, 1),)
    first, *others = results.clauses
    both = replace(first, results=(*first.results, 7))
    themes = view_themes(replace(results, clauses=(both, *others)))
    assert next(one for one in themes if one.title == "Scopes and tenants").total == 2


def test_what_is_out_of_scope_is_in_no_theme(results: Results) -> None:
    none = tuple(replace(item, in_scope=False) for item in results.clauses)
    assert view_themes(replace(results, clauses=none)) == ()


def test_an_operation_has_the_worst_verdict_of_each_theme(results: Results) -> None:
    titles, rows = view_operations(results)
    assert titles == ("Authentication", "Headers and transport")
    found = {row.operation: row.cells for row in rows}
    assert found == {
        "listContacts": (Verdict.INCONCLUSIVE, Verdict.FAIL),
        "createContact": (Verdict.FAIL, None),
        "deleteContact": (Verdict.NOT_TESTED, None),
    }


def test_a_theme_with_results_about_no_operation_has_no_column(results: Results) -> None:
    api = CheckResult("billing/all", "*", "", (), Verdict.PASS)
    assert view_operations(replace(results, checks=(api,))) == ((), ())


def test_the_page_shows_both(results: Results) -> None:
    page = render(results, (), "html").decode()
    assert '<h2 id="themes">By theme</h2>' in page
    assert '<th scope="row">Rate limits</th>' in page
    assert 'id="operations-by-theme"' in page
