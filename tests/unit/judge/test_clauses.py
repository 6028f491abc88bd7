from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apicheck.judge.clauses import judge_clauses
from apicheck.judge.tasks import collect_tasks
from apicheck.judge.word import decide_word
from apicheck.load import facts_from, read_spec
from apicheck.model.check import Check, Outcome
from apicheck.model.facts import Selector
from apicheck.model.plan import Options, Plan
from apicheck.model.policy import Clause, Policy
from apicheck.model.results import CheckResult, ClauseResult, FailureSummary, PreflightItem, Word
from apicheck.model.target import Identity, Mode, Safety, Target
from apicheck.model.verdict import (
    Consequence,
    Grade,
    Level,
    NotTestedKind,
    RunWord,
    Severity,
    Verdict,
)
from apicheck.plan import plan

V = Verdict
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/a": {"get": {"operationId": "getA", "responses": {"200": {"description": "ok"}}}},
        "/b": {"get": {"operationId": "getB", "responses": {"200": {"description": "ok"}}}},
    },
}
CHECKS = {
    "auth/one": Check(
        id="auth/one",
        title="one",
        outcomes=(Outcome("accepted", Severity.HIGH),),
        proven_by={},
        reads=("authentication.refusal",),
    )
}


def planned(*clauses: Clause, **more: Any) -> Plan:
    spec = read_spec(DOCUMENT)
    options = more.pop("options", Options())
    grades = more.pop("grades", {})
    policy = Policy("p", "1", "p", clauses, facts_from({}), grades=grades)
    identity = Identity("admin", "$APICHECK_ADMIN_TOKEN")
    target = Target("t", "http://127.0.0.1", {"admin": identity}, **more)
    # The checks have no script: nothing is bound, the results are given.
    made = plan(spec, policy, target, {}, options)
    wanted = plan(spec, policy, target, {**CHECKS}, replace(options, operations=("none",)))
    return replace(made, checks=CHECKS, clauses=wanted.clauses)


def result(
    verdict: Verdict, operation: str = "getA", facts: tuple[str, ...] = (), **more: Any
) -> CheckResult:
    failures = (FailureSummary("accepted", "", "401", "200", 1, ()),) if verdict is V.FAIL else ()
    return CheckResult("auth/one", operation, operation, facts, verdict, failures, **more)


def judged(clause: Clause, *results: CheckResult, **more: Any) -> ClauseResult:
    (only,) = judge_clauses(planned(clause, **more), results)
    return only


def clause(**more: Any) -> Clause:
    return Clause("C-1", checks=("auth/*",), **more)


def test_one_fail_among_passes_fails_the_clause() -> None:
    got = judged(clause(), result(V.PASS), result(V.FAIL, "getB"))
    assert (got.verdict, got.consequence) == (V.FAIL, Consequence.VIOLATION)


@pytest.mark.parametrize(
    ("level", "consequence"),
    [
        (Level.MUST, Consequence.VIOLATION),
        (Level.MUST_NOT, Consequence.VIOLATION),
        (Level.SHOULD, Consequence.WARNING),
        (Level.MAY, Consequence.NOT_OBSERVED),
        (Level.INFO, Consequence.NOT_OBSERVED),
    ],
)
def test_the_level_decides_what_a_fail_means(level: Level, consequence: Consequence) -> None:
    assert judged(clause(level=level), result(V.FAIL)).consequence is consequence


@pytest.mark.parametrize("level", [Level.MAY, Level.INFO])
def test_a_right_that_holds_is_observed(level: Level) -> None:
    assert judged(clause(level=level), result(V.PASS)).consequence is Consequence.OBSERVED


def test_a_result_outside_the_clauses_operations_does_not_count() -> None:
    got = judged(clause(ops=Selector(("getA",))), result(V.PASS), result(V.FAIL, "getB"))
    assert got.verdict is V.PASS


def test_a_result_outside_the_clauses_facts_does_not_count() -> None:
    inside = result(V.PASS, facts=("rate_limits.general",))
    outside = result(V.FAIL, facts=("rate_limits.export",))
    assert judged(clause(facts=("rate_limits.general",)), inside, outside).verdict is V.PASS


def test_what_is_about_all_responses_does_not_count_for_one_rule() -> None:
    inside = result(V.PASS, facts=("responses.made",))
    every = result(V.FAIL, facts=("responses",))
    assert judged(clause(facts=("responses.made",)), inside, every).verdict is V.PASS
    assert judged(clause(facts=("responses",)), inside, every).verdict is V.FAIL


def test_an_open_result_without_facts_is_open_for_every_clause() -> None:
    left = result(
        V.NOT_TESTED, "getB", kind=NotTestedKind.NEEDS_IDENTITY, reason="no identity may call it"
    )
    done = result(V.PASS, facts=("rate_limits.general",))
    got = judged(clause(facts=("rate_limits.general",)), done, left)
    assert (got.verdict, got.kind) == (V.PARTIAL, NotTestedKind.NEEDS_IDENTITY)


def test_nothing_observed_is_inconclusive() -> None:
    assert judged(clause()).verdict is V.INCONCLUSIVE


def test_nothing_observed_in_a_restricted_mode_is_not_tested() -> None:
    got = judged(clause(), safety=Safety(mode=Mode.READ_ONLY))
    assert (got.verdict, got.kind) == (V.NOT_TESTED, NotTestedKind.READ_ONLY)


def test_an_assumed_fact_caps_the_consequence_and_leaves_the_verdict() -> None:
    grades = {"authentication.refusal": Grade.ASSUMED}
    got = judged(clause(), result(V.FAIL), grades=grades)
    assert (got.verdict, got.consequence) == (V.FAIL, Consequence.WARNING)
    assert got.capped_by == "authentication.refusal"


@pytest.mark.parametrize(
    ("about", "capped_by"),
    [
        (("responses.error",), ""),
        (("responses.unauthorized",), "responses.unauthorized"),
        (("responses",), "responses.unauthorized"),
        ((), "responses.unauthorized"),
    ],
)
def test_an_assumed_rule_caps_what_is_about_it_and_not_what_is_about_another(
    about: tuple[str, ...], capped_by: str
) -> None:
    rules = {"error": {"media": "application/json"}, "unauthorized": {"media": "text/plain"}}
    made = planned(clause(), grades={"responses.unauthorized": Grade.ASSUMED})
    policy = replace(made.policy, facts=facts_from({"responses": rules}))
    checks = {"auth/one": replace(CHECKS["auth/one"], reads=("responses",))}
    made = replace(made, policy=policy, checks=checks)
    (got,) = judge_clauses(made, [result(V.FAIL, facts=about)])
    assert got.capped_by == capped_by


def test_the_operators_confirmation_lifts_the_cap() -> None:
    grades = {"authentication.refusal": Grade.ASSUMED}
    confirmed = {"authentication.refusal": "as our dashboard says"}
    got = judged(clause(), result(V.FAIL), grades=grades, confirmed=confirmed)
    assert got.consequence is Consequence.VIOLATION


def word(*verdicts: Verdict, options: Options | None = None, **more: Any) -> RunWord:
    return decide(*verdicts, options=options, **more).word


def decide(*verdicts: Verdict, options: Options | None = None, **more: Any) -> Word:
    clauses = tuple(
        Clause(f"C-{number}", checks=("auth/*",), ops=Selector((f"get{'AB'[number]}",)))
        for number in range(len(verdicts))
    )
    made = planned(*clauses, options=options or Options())
    results = [
        result(
            v, f"get{'AB'[number]}", kind=NotTestedKind.NEEDS_BUDGET if v is V.NOT_TESTED else None
        )
        for number, v in enumerate(verdicts)
    ]
    return decide_word(made, judge_clauses(made, results), results, more.get("preflight", ()))


def test_a_run_in_which_every_must_clause_passed_is_conformant() -> None:
    assert word(V.PASS, V.PASS) is RunWord.CONFORMANT


def test_one_violated_must_clause_makes_the_run_not_conformant() -> None:
    assert word(V.FAIL, V.INCONCLUSIVE) is RunWord.NOT_CONFORMANT


@pytest.mark.parametrize("left", [V.ERROR, V.INCONCLUSIVE, V.NOT_TESTED])
def test_an_open_must_clause_makes_the_run_incomplete(left: Verdict) -> None:
    assert word(V.PASS, left) is RunWord.INCOMPLETE


def test_a_run_in_which_no_must_clause_passed_is_invalid() -> None:
    assert word(V.INCONCLUSIVE, V.INCONCLUSIVE) is RunWord.INVALID


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ((V.FAIL, V.PASS), 0),
        ((V.FAIL, V.FAIL), 0),
        ((V.FAIL, V.INCONCLUSIVE), 3),
        ((V.PASS, V.NOT_TESTED), 3),
        ((V.INCONCLUSIVE, V.INCONCLUSIVE), 4),
    ],
)
def test_the_exit_code_without_the_violations_is_told(
    verdicts: tuple[Verdict, ...], code: int
) -> None:
    assert decide(*verdicts).without_violations == code


def test_a_failed_preflight_is_invalid() -> None:
    item = PreflightItem("base-url", V.ERROR, "the target is unreachable")
    assert word(V.PASS, V.PASS, preflight=(item,)) is RunWord.INVALID


def test_an_allowed_kind_of_not_tested_is_excused() -> None:
    allowed = Options(allow_incomplete=("needs-budget",))
    assert word(V.PASS, V.NOT_TESTED, options=allowed) is RunWord.CONFORMANT


def test_error_and_inconclusive_are_never_excused() -> None:
    allowed = Options(allow_incomplete=tuple(NotTestedKind))
    assert word(V.PASS, V.ERROR, options=allowed) is RunWord.INCOMPLETE
    assert word(V.PASS, V.INCONCLUSIVE, options=allowed) is RunWord.INCOMPLETE


def test_the_word_comes_with_its_scope() -> None:
    attested = Clause("T-1", actors=("partner-organisation",), attest="Is it lawful?")
    other = Clause("T-2", actors=("client",))
    out = Clause("T-3", checks=("auth/*",))
    made = planned(clause(), attested, other, out, out_of_scope={"T-3": "limits are off"})
    results = [result(V.PASS)]
    got = decide_word(made, judge_clauses(made, results), results, ())
    assert got.word is RunWord.CONFORMANT_WITH_WAIVERS
    assert got.why == "every automatic must-clause in scope holds; waived: T-3"
    assert "1 of the provider's 1 automatically tested must-clause met" in got.scope
    assert "1 more for a person to attest" in got.scope
    assert "1 more that bind other parties" in got.scope
    assert "1 out of scope by the target" in got.scope


def test_a_clause_that_concerns_nothing_counts_neither_as_met_nor_as_a_clause() -> None:
    made, results = planned(clause()), [result(V.PASS)]
    (kept,) = judge_clauses(made, results)
    idle = replace(kept, verdict=V.NOT_APPLICABLE)
    got = decide_word(made, [kept, idle], results, ())
    assert got.word is RunWord.CONFORMANT
    assert got.scope.startswith("1 of the provider's 1 automatically tested must-clause met")
    assert "1 not applicable here" in got.scope


@pytest.mark.parametrize(
    ("preflight", "stopped", "title"),
    [
        ((), False, "Give the run a larger budget"),
        ((), True, "Run it again, to its end"),
        (
            (PreflightItem("identity/me", V.ERROR, "me: the server responded 401"),),
            False,
            "Fix the problems found before the run",
        ),
    ],
)
def test_the_task_for_unplayed_probes_names_what_prevented_them(
    preflight: tuple[PreflightItem, ...], stopped: bool, title: str
) -> None:
    made = planned(clause())
    results = [result(V.NOT_TESTED, kind=NotTestedKind.NEEDS_BUDGET)]
    (task,) = collect_tasks(made, judge_clauses(made, results), results, preflight, stopped=stopped)
    assert task.title == title
    assert task.lines == "\n".join(f"# {item.message}" for item in preflight)


def test_an_exhausted_budget_is_a_task_even_if_the_run_was_stopped() -> None:
    made = planned(clause())
    lines = "[safety]\nmax_requests = 20"
    results = [result(V.NOT_TESTED, kind=NotTestedKind.NEEDS_BUDGET, remedy=lines)]
    (task,) = collect_tasks(made, judge_clauses(made, results), results, stopped=True)
    pasted = f"# in apicheck.toml:\n{lines}"
    assert (task.title, task.lines) == ("Give the run a larger budget", pasted)


def test_a_must_clause_that_nothing_asked_is_named_in_a_task_of_its_own() -> None:
    bare = Clause("C-2", title="of no check")
    may = Clause("C-3", level=Level.MAY)
    made = planned(clause(), bare, may)
    made = replace(made, policy=replace(made.policy, digest="sha256:1"))
    results = [result(V.NOT_APPLICABLE, reason="no list shows what it makes")]
    (task,) = collect_tasks(made, judge_clauses(made, results), results)
    assert task.clauses == ("C-1", "C-2")
    assert "# C-1: no list shows what it makes" in task.lines.splitlines()


@pytest.mark.parametrize(
    "one",
    [
        result(V.PASS, exercised=1),
        result(V.FAIL, exercised=1),
        result(V.INCONCLUSIVE, exercised=1),
        result(V.NOT_TESTED, kind=NotTestedKind.SELECTED_OUT),
    ],
)
def test_a_clause_that_was_asked_or_left_out_is_in_no_such_task(one: CheckResult) -> None:
    made = planned(clause())
    made = replace(made, policy=replace(made.policy, digest="sha256:1"))
    assert collect_tasks(made, judge_clauses(made, [one]), [one]) == ()


def test_the_built_in_clauses_that_do_not_fit_an_api_are_no_task() -> None:
    made = planned(clause())
    results = [result(V.NOT_APPLICABLE)]
    assert collect_tasks(made, judge_clauses(made, results), results) == ()
