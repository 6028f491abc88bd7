from __future__ import annotations

from dataclasses import replace

import pytest

from apicheck.judge import judge_probe
from apicheck.judge.repetition import uphold_repeated
from apicheck.model.check import Applies, Check, Outcome
from apicheck.model.exchange import (
    SIDE_BY_SIDE,
    Direction,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
    TransportError,
    TransportErrorKind,
)
from apicheck.model.facts import Facts
from apicheck.model.operation import Spec
from apicheck.model.plan import Probe
from apicheck.model.subject import Case, RunContext, Subject, SubjectKind
from apicheck.model.verdict import (
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    NotTested,
    NotTestedKind,
    Severity,
    Verdict,
)


def judge_status(_: Subject, transcript: Transcript) -> Judgement:
    for exchange in transcript.exercised:
        if exchange.succeeded:
            return Failure("accepted", "401", str(exchange.status), exchange=exchange.id)
        if exchange.status != 401:
            return Failure("wrong-status", "401", str(exchange.status), exchange=exchange.id)
    return None


CHECK = Check(
    id="auth/example",
    title="an example",
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={},
    judge=judge_status,
)
CONTEXT = RunContext(
    spec=Spec("t", "1", "3.1.0", (), {}, {}), facts=Facts(), identities={}, recipes={}, actors={}
)


def probe(case: Case | None = None) -> Probe:
    subject = Subject(SubjectKind.OPERATION, "listContacts", CONTEXT, case=case)
    return Probe("auth/example/listContacts", CHECK, subject, Applies())


def exchange(status: int, role: Role = Role.TABLE, number: int = 1) -> Exchange:
    response = Response(status) if status else None
    error = None if status else TransportError(TransportErrorKind.TIMEOUT, "no response in 10 s")
    return Exchange(f"e{number}", Request("GET", "/contacts"), response, error, 0.0, 0.1, role)


def played(*exchanges: Exchange, attempt: int = 0) -> Transcript:
    return Transcript("auth/example/listContacts", exchanges, attempt)


def test_a_refusal_as_promised_passes() -> None:
    judged = judge_probe(probe(), [played(exchange(200, Role.CONTROL), exchange(401))])
    assert judged.verdict is Verdict.PASS
    assert judged.evidence


def test_nothing_exercised_is_inconclusive() -> None:
    judged = judge_probe(probe(), [played(exchange(200, Role.CONTROL))])
    assert judged.verdict is Verdict.INCONCLUSIVE


def test_a_refused_control_request_is_inconclusive_whatever_follows() -> None:
    judged = judge_probe(probe(), [played(exchange(401, Role.CONTROL), exchange(401))])
    assert judged.verdict is Verdict.INCONCLUSIVE


def test_a_probe_that_was_never_played_is_not_tested() -> None:
    assert judge_probe(probe(), []).verdict is Verdict.NOT_TESTED


@pytest.mark.parametrize("status", [429, 500, 503, 0])
def test_a_throttled_failed_or_missing_response_is_inconclusive(status: int) -> None:
    assert judge_probe(probe(), [played(exchange(status))]).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("responded", [429, 500, 0], ids=str)
def test_what_the_listener_responded_to_a_delivery_is_no_failure_of_the_server(
    responded: int,
) -> None:
    response = Response(responded) if responded else None
    delivery = replace(
        exchange(401, number=2), response=response, error=None, direction=Direction.IN
    )
    transcript = played(exchange(401), delivery)
    check = replace(CHECK, judge=lambda *_: None)
    judged = judge_probe(replace(probe(), check=check), [transcript])
    assert judged.verdict is Verdict.PASS


def test_an_accepted_bad_credential_is_a_fail_even_when_it_happens_once() -> None:
    judged = judge_probe(probe(), [played(exchange(200)), played(exchange(401), attempt=1)])
    assert judged.verdict is Verdict.FAIL
    assert judged.failure is not None
    assert judged.failure.outcome == "accepted"


def test_an_accepted_bad_credential_needs_a_good_control_afterwards() -> None:
    ended = replace(
        played(attempt=1), stopped_by=NotTested(NotTestedKind.NEEDS_REQUEST, "no accepted request")
    )
    judged = judge_probe(probe(), [played(exchange(200)), ended])
    assert judged.verdict is Verdict.INCONCLUSIVE


def test_a_wrong_status_that_repeats_is_a_fail() -> None:
    judged = judge_probe(probe(), [played(exchange(403)), played(exchange(403), attempt=1)])
    assert judged.verdict is Verdict.FAIL


def test_a_wrong_status_that_does_not_repeat_is_flaky() -> None:
    judged = judge_probe(probe(), [played(exchange(403)), played(exchange(401), attempt=1)])
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "flaky" in judged.reason


def test_a_wrong_status_whose_confirmation_is_accepted_is_reported_as_accepted() -> None:
    judged = judge_probe(probe(), [played(exchange(404)), played(exchange(204), attempt=1)])
    assert judged.failure is not None
    assert judged.failure.outcome == "accepted"


def test_a_wrong_status_that_could_not_be_confirmed_is_inconclusive() -> None:
    judged = judge_probe(probe(), [played(exchange(403))])
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "not confirmed" in judged.reason


def test_a_judge_that_raises_gives_the_verdict_error() -> None:
    def broken(_: Subject, __: Transcript) -> Judgement:
        raise ValueError("third party")

    bad = replace(probe(), check=replace(CHECK, judge=broken))
    judged = judge_probe(bad, [played(exchange(401))])
    assert judged.verdict is Verdict.ERROR
    assert "third party" in judged.reason


def test_a_pass_says_what_it_shows_besides() -> None:
    made = probe()
    learning = replace(
        made, check=replace(made.check, learn=lambda _, seen: f"{len(seen.exchanges)} seen")
    )
    judged = judge_probe(learning, [played(exchange(401))])
    assert (judged.verdict, judged.reason) == (Verdict.PASS, "1 seen")


def test_what_a_pass_shows_besides_cannot_take_the_run_with_it() -> None:
    def learn(_: Subject, __: Transcript) -> str:
        raise LookupError("odd")

    made = probe()
    judged = judge_probe(
        replace(made, check=replace(made.check, learn=learn)), [played(exchange(401))]
    )
    assert judged.verdict is Verdict.ERROR
    assert "LookupError: odd" in judged.reason


def test_an_outcome_that_is_not_declared_is_an_error() -> None:
    bad = replace(probe(), check=replace(CHECK, judge=lambda _, __: Failure("surprise", "a", "b")))
    assert judge_probe(bad, [played(exchange(401))]).verdict is Verdict.ERROR


def test_an_inconclusive_judgement_keeps_its_reason() -> None:
    unsure = replace(probe(), check=replace(CHECK, judge=lambda _, __: Inconclusive("no 429")))
    judged = judge_probe(unsure, [played(exchange(401))])
    assert (judged.verdict, judged.reason) == (Verdict.INCONCLUSIVE, "no 429")


def test_a_drawn_failure_shows_its_smallest_case() -> None:
    def at(value: str, number: int, role: Role, attempt: int = 0) -> Transcript:
        item = exchange(200, role, number)
        return replace(
            played(item, attempt=attempt), case=None if role is Role.DRAWN else f'"{value}"'
        )

    drawn = probe(Case("drawn 3", "zz%aa", drawn=True))
    shrunk = [at("a%", 5, Role.SHRINK), at("%", 6, Role.SHRINK)]
    judged = judge_probe(drawn, [at("zz%aa", 1, Role.DRAWN)], shrunk)
    assert judged.shown == "'%'"
    assert judged.evidence[0] == "e6"


def test_a_drawn_part_of_a_request_is_shown_in_words() -> None:
    part = {"place": "path", "name": "id", "value": None}
    drawn = probe(Case("drawn 1", part, drawn=True))
    judged = judge_probe(drawn, [played(exchange(200, Role.DRAWN, 1))])
    assert judged.shown == "null in path id"


def without_response(kind: TransportErrorKind, role: Role, number: int = 1) -> Exchange:
    return replace(exchange(0, role, number), error=TransportError(kind, "no response"))


CLOSED = without_response(TransportErrorKind.CLOSED, Role.TABLE)
GONE = without_response(TransportErrorKind.REFUSED, Role.CONTROL)


def judge_silence(_: Subject, transcript: Transcript) -> Judgement:
    silent = next((one for one in transcript.exercised if one.response is None), None)
    return Failure("no-response", "a response", "none", exchange=silent.id) if silent else None


def crashing() -> Probe:
    outcomes = (Outcome("no-response", Severity.HIGH, Confirm.REPEAT_OR_GONE),)
    closed = frozenset({TransportErrorKind.CLOSED})
    check = replace(CHECK, outcomes=outcomes, judge=judge_silence, judges_errors=closed)
    return replace(probe(), check=check)


def test_a_target_that_is_gone_afterwards_confirms_the_crash() -> None:
    judged = judge_probe(crashing(), [played(CLOSED), played(GONE, attempt=1)])
    assert judged.verdict is Verdict.FAIL
    assert judged.failure is not None
    assert judged.failure.outcome == "no-response"


def test_a_target_that_responds_afterwards_refutes_the_crash() -> None:
    again = played(exchange(200, Role.CONTROL), exchange(404, number=2), attempt=1)
    judged = judge_probe(crashing(), [played(CLOSED), again])
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "flaky" in judged.reason


@pytest.mark.parametrize("kind", [TransportErrorKind.TIMEOUT, TransportErrorKind.REFUSED])
def test_a_check_of_crashes_accepts_only_a_closed_connection_as_evidence(
    kind: TransportErrorKind,
) -> None:
    judged = judge_probe(crashing(), [played(without_response(kind, Role.TABLE))])
    assert judged.verdict is Verdict.INCONCLUSIVE


def accepted(method: str, status: int, number: int, attempt: int = 0) -> Transcript:
    one = exchange(status, number=number)
    return played(replace(one, request=Request(method, "/contacts")), attempt=attempt)


REPEATED = replace(
    CHECK, outcomes=(Outcome("accepted", Severity.CRITICAL), Outcome("wrong-status", Severity.LOW))
)


@pytest.mark.parametrize(
    ("method", "again", "verdict"),
    [
        ("POST", 409, Verdict.FAIL),
        ("PUT", 409, Verdict.FAIL),
        ("DELETE", 404, Verdict.FAIL),
        ("DELETE", 410, Verdict.FAIL),
        ("POST", 401, Verdict.INCONCLUSIVE),
        ("GET", 409, Verdict.INCONCLUSIVE),
        ("POST", 404, Verdict.INCONCLUSIVE),
    ],
)
def test_what_can_happen_only_once_needs_no_second_time(
    method: str, again: int, verdict: Verdict
) -> None:
    once = replace(probe(), check=REPEATED)
    attempts = [accepted(method, 201, 1), accepted(method, again, 2, attempt=1)]
    assert judge_probe(once, attempts).verdict is verdict


def test_a_confirmation_that_could_not_be_played_refutes_nothing() -> None:
    why = NotTested(NotTestedKind.NEEDS_REQUEST, "no subscription was accepted (409 Conflict)")
    later = Transcript("auth/example/listContacts", (), 1, stopped_by=why)
    judged = judge_probe(probe(), [played(exchange(403)), later])
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "could not be tried again: no subscription was accepted" in judged.reason
    assert judged.suspected is not None


PROVOKING = replace(
    CHECK,
    outcomes=(Outcome("wrong-status", Severity.LOW),),
    provokes=frozenset(range(500, 600)),
)


def test_a_5xx_that_the_accepted_request_gets_as_well_is_not_the_values_fault() -> None:
    failing = replace(probe(), check=PROVOKING)
    why = Inconclusive("no accepted request")
    again = replace(played(exchange(500, Role.CONTROL, 3), attempt=1), stopped_by=why)
    judged = judge_probe(failing, [played(exchange(500)), again])
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "not for the value's sake: GET /contacts, which must be accepted" in judged.reason
    assert judged.suspected is None


def test_a_5xx_that_comes_again_for_a_sound_object_is_the_values_fault() -> None:
    failing = replace(probe(), check=PROVOKING)
    spoilt, sound = exchange(500, Role.ATTEMPT, 3), exchange(200, Role.CONTROL, 4)
    again = played(spoilt, sound, exchange(500, number=5), attempt=1)
    assert judge_probe(failing, [played(exchange(500)), again]).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("again", "suspected"), [((200, 500), True), ((200, 401), False), ((500,), False)]
)
def test_a_suspicion_lasts_where_it_comes_again(again: tuple[int, ...], suspected: bool) -> None:
    roles = (Role.CONTROL, Role.TABLE)
    later = [exchange(status, roles[n], n + 3) for n, status in enumerate(again)]
    judged = judge_probe(probe(), [played(exchange(500)), played(*later, attempt=1)])
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert (judged.suspected is not None) is suspected


@pytest.mark.parametrize(("subjects", "verdict"), [(2, Verdict.INCONCLUSIVE), (3, Verdict.FAIL)])
def test_three_subjects_that_fail_alike_confirm_each_other(subjects: int, verdict: Verdict) -> None:
    why = NotTested(NotTestedKind.NEEDS_REQUEST, "no subscription was accepted")
    judged = []
    for number in range(subjects):
        one = replace(probe(), subject=replace(probe().subject, key=f"event-{number}"))
        later = Transcript(one.key, (), 1, stopped_by=why)
        judged.append(judge_probe(one, [played(exchange(403)), later]))
    assert {one.verdict for one in uphold_repeated(judged)} == {verdict}


def under_load(one: Exchange) -> Exchange:
    return replace(one, observations=(Observation(SIDE_BY_SIDE, "", "7"),))


@pytest.mark.parametrize(
    ("alone", "verdict"), [(401, Verdict.PASS), (403, Verdict.INCONCLUSIVE), (500, None)]
)
def test_an_attempt_that_load_has_spoilt_is_left_out(alone: int, verdict: Verdict | None) -> None:
    spoilt = played(under_load(exchange(503)))
    calm = played(exchange(200, Role.CONTROL, 3), exchange(alone, number=4), attempt=2)
    judged = judge_probe(probe(), [spoilt, calm])
    assert judged.verdict is (verdict or Verdict.INCONCLUSIVE)
    assert "503" not in judged.reason
    twice = judge_probe(probe(), [spoilt, calm, replace(calm, attempt=3)])
    assert twice.verdict is (Verdict.FAIL if alone == 403 else judged.verdict)


def test_an_attempt_that_load_has_spoilt_counts_where_there_is_no_other() -> None:
    judged = judge_probe(probe(), [played(under_load(exchange(503)))])
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "503" in judged.reason


def test_a_5xx_that_came_only_under_load_says_so() -> None:
    failing = replace(probe(), check=PROVOKING)
    calm = played(exchange(401, number=4), attempt=2)
    judged = judge_probe(failing, [played(under_load(exchange(500))), calm])
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "only while 7 requests ran side by side, and not alone" in judged.reason
