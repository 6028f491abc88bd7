from __future__ import annotations

from dataclasses import replace
from typing import Any

from apicheck.judge import compare_runs
from apicheck.model.results import CheckResult, Results
from apicheck.model.verdict import Severity, Verdict


def with_check(results: Results, subject: str, **changes: Any) -> Results:
    """The results with another result of `auth/missing-credentials` on a subject."""
    checks = tuple(
        replace(one, **changes)
        if (one.check, one.subject) == ("auth/missing-credentials", subject)
        else one
        for one in results.checks
    )
    return replace(results, checks=checks)


def passing(results: Results) -> Results:
    """The specimen without its first finding, whose subject passes."""
    fixed = with_check(results, "createContact", verdict=Verdict.PASS, failures=())
    first, *others = results.clauses
    judged = replace(first, verdict=Verdict.PASS, findings=())
    return replace(fixed, findings=results.findings[1:], clauses=(judged, *others))


def test_a_run_does_not_differ_from_itself(results: Results) -> None:
    found = compare_runs(results, results)
    assert (found.new, found.fixed, found.lost, found.changed) == ((), (), (), ())
    assert (found.clauses, found.unexercised, found.caveats) == ((), (), ())
    assert not found.is_worse


def test_a_finding_is_fixed_where_its_subjects_pass(results: Results) -> None:
    found = compare_runs(results, passing(results))
    assert found.fixed == (results.findings[0],)
    assert [(one.clause, one.old, one.new) for one in found.clauses] == [
        ("AUTH-1", Verdict.FAIL, Verdict.PASS)
    ]
    assert not found.is_worse


def test_a_finding_that_nobody_looked_for_is_not_fixed(results: Results) -> None:
    silent = with_check(
        passing(results), "createContact", verdict=Verdict.NOT_TESTED, reason="read-only"
    )
    found = compare_runs(results, silent)
    assert found.fixed == ()
    assert found.lost == (results.findings[0],)
    (lost,) = found.unexercised
    assert (lost.subject, lost.old, lost.new, lost.reason) == (
        "createContact",
        Verdict.FAIL,
        Verdict.NOT_TESTED,
        "read-only",
    )
    assert found.is_worse


def test_a_new_finding_is_worse(results: Results) -> None:
    found = compare_runs(passing(results), results)
    assert found.new == (results.findings[0],)
    assert found.is_worse


def test_a_finding_on_more_subjects_is_worse_and_on_less_is_not(results: Results) -> None:
    first, *others = results.findings
    wider = replace(results, findings=(replace(first, subjects=("createContact", "x")), *others))
    more, less = compare_runs(results, wider), compare_runs(wider, results)
    assert more.changed[0].words == ("now also on x",)
    assert less.changed[0].words == ("no longer on x",)
    assert (more.is_worse, less.is_worse) == (True, False)


def test_another_severity_is_a_change(results: Results) -> None:
    first, *others = results.findings
    milder = replace(results, findings=(replace(first, severity=Severity.LOW), *others))
    (changed,) = compare_runs(results, milder).changed
    assert changed.words == ("severity critical, now low",)


def test_a_check_that_vanished_is_no_longer_exercised(results: Results) -> None:
    gone = replace(results, checks=results.checks[1:])
    (lost,) = compare_runs(results, gone).unexercised
    assert (lost.check, lost.subject, lost.new) == (
        "auth/missing-credentials",
        "listContacts",
        None,
    )


def test_what_does_not_apply_any_more_is_no_loss(results: Results) -> None:
    other = with_check(results, "listContacts", verdict=Verdict.NOT_APPLICABLE)
    assert compare_runs(results, other).unexercised == ()


def test_a_clause_that_came_or_went_is_said(results: Results) -> None:
    fewer = replace(results, clauses=results.clauses[1:])
    (gone,) = compare_runs(results, fewer).clauses
    (came,) = compare_runs(fewer, results).clauses
    assert (gone.clause, gone.new, came.old) == ("AUTH-1", None, None)


def test_what_else_differs_is_said(results: Results) -> None:
    run = replace(results.run, tool="apicheck 9", digests={"policy": "x"}, interrupted="Ctrl-C")
    found = compare_runs(results, replace(results, run=run))
    assert found.caveats == (
        "another tool: apicheck 0.1.0, now apicheck 9",
        "the policy was changed",
        "the document was changed",
        "the second run ended early",
    )


def test_results_of_several_facts_are_not_confused(results: Results) -> None:
    def of(fact: str, verdict: Verdict) -> CheckResult:
        return CheckResult("headers/required", "listContacts", "listContacts", (fact,), verdict)

    old = replace(results, checks=(of("a", Verdict.PASS), of("b", Verdict.PASS)))
    new = replace(results, checks=(of("a", Verdict.PASS), of("b", Verdict.INCONCLUSIVE)))
    assert len(compare_runs(old, new).unexercised) == 1
