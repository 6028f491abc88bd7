from dataclasses import replace
from pathlib import Path

import pytest

from apicheck.load import profile_dir
from apicheck.model.plan import Options
from apicheck.model.policy import Clause
from apicheck.model.results import (
    CheckResult,
    ClauseResult,
    Finding,
    OperationResult,
    PreflightItem,
    Provenance,
    Results,
    Standing,
    Word,
)
from apicheck.model.verdict import Consequence, Level, NotTestedKind, RunWord, Severity, Verdict
from apicheck.plan import plan
from apicheck.probe.control import EVERYTHING, list_capabilities
from apicheck.promises import (
    Promise,
    PromiseOutcome,
    PromiseStatus,
    describe_finding,
    list_promises,
    narrow,
    outcome_of,
    promises_of,
)
from apicheck.run import RunConfig, load_inputs

SPEC = """\
openapi: 3.1.0
info: {title: Things, version: "1"}
security: [{bearer: []}]
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
paths:
  /things:
    get: {operationId: listThings, responses: {"200": {description: fine}}}
  /status:
    get: {operationId: status, security: [], responses: {"200": {description: fine}}}
"""
POLICY = """\
policy: things
version: "1"
title: Things
spec: openapi.yaml
facts:
  authentication: {refusal: 401}
  responses: {all: {headers: {X-Request-Id: {unique: true}}}}
clauses:
  AUTH-1: {section: "1", quote: "A token is needed", checks: auth/missing-credentials, ops: "*"}
  HDR-1: {section: "1", quote: "Every response has an id", checks: headers/request-id}
  TERMS-1: {section: "2", quote: "Be good", actors: [client]}
"""
CONTROL = ((), ("mint", "revoke"), ("clock",), tuple(sorted(EVERYTHING)))
PROMISE = Promise("AUTH-1", "auth/missing-credentials", "listThings")


def request(folder: Path) -> RunConfig:
    (folder / "openapi.yaml").write_text(SPEC)
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "apicheck.toml").write_text('base_url = "http://127.0.0.1:1"\n')
    return RunConfig(policy=folder / "policy.yaml", target=folder / "apicheck.toml")


def results(
    verdict: Verdict,
    consequence: Consequence = Consequence.NONE,
    level: Level = Level.MUST,
) -> Results:
    row = CheckResult(
        PROMISE.check, PROMISE.subject, PROMISE.subject, (), verdict, reason="because"
    )
    finding = Finding(
        id="f1",
        check=PROMISE.check,
        outcome="accepted",
        detail="",
        severity=Severity.CRITICAL,
        expected="401",
        actual="200 OK",
        operations=("listThings",),
        subjects=("listThings",),
        clauses=("AUTH-1",),
        count=1,
        evidence=(),
        curl="curl http://127.0.0.1:1/things",
    )
    clause = Clause("AUTH-1", quote="A token is needed", level=level)
    return Results(
        run=Provenance(*[""] * 11, seed=1, requests=1),
        word=Word(RunWord.CONFORMANT, 0, "", ""),
        tasks=(),
        preflight=(),
        clauses=(ClauseResult(clause, verdict, consequence, "because", True, results=(0,)),),
        checks=(row,),
        findings=(finding,) if verdict is Verdict.FAIL else (),
    )


def test_a_policy_is_listed_clause_by_check_by_subject(tmp_path: Path) -> None:
    assert [str(promise) for promise in list_promises(request(tmp_path))] == [
        "AUTH-1::auth/missing-credentials[listThings]",
        "HDR-1::headers/request-id",
        "TERMS-1",
    ]


@pytest.mark.parametrize(
    ("profile", "control"),
    [
        ("canonical", ()),
        *(("capsule", words) for words in CONTROL),
        *(("dahimail", words) for words in CONTROL),
        *(("emitrr", words) for words in CONTROL),
    ],
)
def test_a_list_without_draws_and_questions_lacks_nothing_that_a_run_tests(
    profile: str, control: tuple[str, ...], tmp_path: Path
) -> None:
    settings = 'base_url = "http://127.0.0.1:1"\n'
    settings += '[control]\nurl = "http://127.0.0.1:1"\n' if control else ""
    (tmp_path / "apicheck.toml").write_text(settings)
    folder = profile_dir(profile)
    config = RunConfig(policy=folder / "policy.yaml", target=tmp_path / "apicheck.toml")
    inputs = load_inputs(config)
    documents = (inputs.spec, inputs.policy, inputs.target, inputs.checks)
    offered = list_capabilities(inputs.target, frozenset(control))
    whole = plan(*documents, Options(draws=1), capabilities=offered)
    tested = {promise for promise in promises_of(whole) if promise.check}
    assert tested - set(list_promises(config)) == set()


def test_all_promises_select_the_whole_run(tmp_path: Path) -> None:
    whole = request(tmp_path)
    every = (PROMISE, Promise("TERMS-1"))
    assert narrow(whole, every, every) is whole


def test_some_promises_select_only_their_clauses_and_checks(tmp_path: Path) -> None:
    whole = request(tmp_path)
    options = narrow(whole, (PROMISE,), (PROMISE, Promise("TERMS-1"))).options
    assert options == Options(clauses=("AUTH-1",), select=(PROMISE.check,))


def test_promises_about_operations_select_only_these(tmp_path: Path) -> None:
    whole = request(tmp_path)
    one, read = list_promises(whole)[:2]
    assert narrow(whole, (one,), (one, read)).options.operations == ("listThings",)
    assert narrow(whole, (one, read), (*(one, read), PROMISE)).options.operations == ()


@pytest.mark.parametrize(
    ("verdict", "consequence", "level", "kept"),
    [
        (Verdict.PASS, Consequence.NONE, Level.MUST, PromiseStatus.PASSED),
        (Verdict.FAIL, Consequence.VIOLATION, Level.MUST, PromiseStatus.FAILED),
        (Verdict.FAIL, Consequence.WARNING, Level.SHOULD, PromiseStatus.WARNED),
        (Verdict.FAIL, Consequence.NOT_OBSERVED, Level.MAY, PromiseStatus.SKIPPED),
        (Verdict.ERROR, Consequence.NONE, Level.MUST, PromiseStatus.UNDECIDED),
        (Verdict.INCONCLUSIVE, Consequence.NONE, Level.MUST_NOT, PromiseStatus.UNDECIDED),
        (Verdict.INCONCLUSIVE, Consequence.NONE, Level.SHOULD, PromiseStatus.SKIPPED),
        (Verdict.NOT_TESTED, Consequence.NONE, Level.MUST, PromiseStatus.SKIPPED),
        (Verdict.NOT_APPLICABLE, Consequence.NONE, Level.MUST, PromiseStatus.SKIPPED),
    ],
)
def test_a_verdict_becomes_the_outcome_of_a_test(
    verdict: Verdict, consequence: Consequence, level: Level, kept: PromiseStatus
) -> None:
    assert outcome_of(results(verdict, consequence, level), PROMISE).status is kept


def test_a_failed_promise_states_what_was_expected_and_how_to_reproduce_it() -> None:
    text = outcome_of(results(Verdict.FAIL, Consequence.VIOLATION), PROMISE).text
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines == [
        "auth/missing-credentials: accepted",
        "clause AUTH-1: “A token is needed”",
        "operation listThings",
        "expected 401",
        "actual 200 OK",
        "reproduce curl http://127.0.0.1:1/things",
    ]


def test_an_unjudged_promise_gives_the_reason() -> None:
    assert outcome_of(results(Verdict.NOT_TESTED), PROMISE).text == "not-tested: because"


def test_a_check_that_read_nothing_for_a_clause_is_skipped_and_says_so() -> None:
    outcome = outcome_of(results(Verdict.PASS), Promise("AUTH-1", "auth/challenge"))
    assert outcome.status is PromiseStatus.SKIPPED
    assert outcome.text == "not-tested: the run observed nothing for auth/challenge"


def test_a_clause_without_results_is_skipped_with_its_reason() -> None:
    one = results(Verdict.NOT_TESTED)
    alone = replace(one, clauses=(replace(one.clauses[0], results=()),))
    outcome = outcome_of(alone, Promise("AUTH-1"))
    assert (outcome.status, outcome.text) == (PromiseStatus.SKIPPED, "not-tested: because")


def test_a_finding_of_several_clauses_names_every_clause() -> None:
    (finding,) = results(Verdict.FAIL).findings
    assert "clause     AUTH-1" in describe_finding(finding)


def whole_check(
    *verdicts: Verdict,
    level: Level = Level.MUST,
    standing: Standing = Standing.ACCEPTED,
    subject: str = "",
) -> PromiseOutcome:
    """The outcome of a promise of a check that has these rows, on one subject or on all.

    standing: of the operation of every row.
    """
    one = results(Verdict.PASS)
    rows = tuple(
        replace(one.checks[0], subject=f"op{number}", operation=f"op{number}", verdict=verdict)
        for number, verdict in enumerate(verdicts)
    )
    judged = replace(
        one.clauses[0],
        clause=replace(one.clauses[0].clause, level=level),
        verdict=Verdict.PARTIAL,
        results=tuple(range(len(rows))),
        tally={str(verdict): 1 for verdict in verdicts},
    )
    operations = tuple(OperationResult(row.subject, "GET", "/", standing) for row in rows)
    return outcome_of(
        replace(one, clauses=(judged,), checks=rows, operations=operations),
        Promise(PROMISE.clause, PROMISE.check, subject),
    )


def test_a_promise_that_was_not_tested_everywhere_is_partial_as_on_the_command_line() -> None:
    outcome = whole_check(Verdict.PASS, Verdict.NOT_TESTED)
    assert outcome.status is PromiseStatus.SKIPPED
    assert outcome.text == (
        "partial: 1 of 2 subjects pass; 1 not tested: op1: because (auth/missing-credentials)"
    )


def test_what_could_not_be_judged_beside_a_pass_stays_undecided() -> None:
    outcome = whole_check(Verdict.PASS, Verdict.INCONCLUSIVE)
    assert outcome.status is PromiseStatus.UNDECIDED
    assert "\n  reason     partial: 1 of 2 subjects pass; 1 undecided: op1: because" in outcome.text
    assert len(outcome.text.splitlines()) < 7
    wished = whole_check(Verdict.PASS, Verdict.INCONCLUSIVE, level=Level.SHOULD)
    assert wished.status is PromiseStatus.SKIPPED


@pytest.mark.parametrize("other", [Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED])
def test_a_pass_that_rests_on_refusals_alone_is_partial(other: Verdict) -> None:
    outcome = whole_check(Verdict.PASS, other, standing=Standing.REFUSED, subject="op0")
    assert outcome.status is PromiseStatus.SKIPPED
    assert outcome.text == (
        "partial: 1 of 1 subjects pass, but by refusals alone: op0 accepted no request"
    )


def test_what_an_error_before_the_run_left_untested_is_no_skip() -> None:
    one = results(Verdict.NOT_TESTED)
    row = replace(one.checks[0], kind=NotTestedKind.NEEDS_BUDGET)
    errors = (PreflightItem("user", Verdict.ERROR, "user: GET /things got 401"),)
    ended = replace(one, checks=(row,), preflight=errors)
    outcome = outcome_of(ended, PROMISE)
    assert outcome == PromiseOutcome(PromiseStatus.UNPLAYED, "user: GET /things got 401")
    assert outcome_of(replace(ended, preflight=()), PROMISE).status is PromiseStatus.SKIPPED
    small = replace(ended, checks=(replace(row, remedy="max_requests = 9"),))
    assert outcome_of(small, PROMISE).status is PromiseStatus.SKIPPED


@pytest.mark.parametrize(
    ("named", "level", "status"),
    [
        ("headers/request-id", Level.MUST, PromiseStatus.UNDECIDED),
        ("headers/request-id", Level.SHOULD, PromiseStatus.SKIPPED),
        ("headers/*", Level.MUST, PromiseStatus.SKIPPED),
    ],
)
def test_a_check_that_read_nothing_leaves_undecided_the_clause_that_names_it(
    named: str, level: Level, status: PromiseStatus
) -> None:
    one = results(Verdict.PASS)
    clause = replace(one.clauses[0].clause, checks=(PROMISE.check, named), level=level)
    tally = {"pass": 1, "inconclusive": 1}
    judged = replace(one.clauses[0], clause=clause, verdict=Verdict.PARTIAL, tally=tally)
    silent = Promise(PROMISE.clause, "headers/request-id")
    assert outcome_of(replace(one, clauses=(judged,)), silent).status is status


def test_where_nothing_is_left_open_a_promise_passes() -> None:
    outcome = whole_check(Verdict.PASS, Verdict.NOT_APPLICABLE)
    assert outcome.status is PromiseStatus.PASSED
