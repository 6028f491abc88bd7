"""The checks that use a limit up, against every honest way of counting and against defects."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from apicheck.checks.ratelimit import (
    cost,
    other_operations,
    overlong_wait,
    partition,
    recovery,
    refusal_status,
    refused_requests,
    schedule,
    shared_operations,
    sharing,
)
from apicheck.model.check import Applies, Check
from apicheck.model.exchange import Caller, Request, Response, Transcript
from apicheck.model.subject import Subject
from apicheck.model.target import Identity
from apicheck.model.verdict import Failure, Inconclusive, Judgement, NotApplicable
from apicheck.pages.setting import subject_of
from reference_server.state.limits import LIMITERS, Options
from tests.unit.checks.ratelimit import limiters, playing

judge: Callable[..., Judgement] = playing.judge

Decide = Callable[[float], bool]
Serve = Callable[[Request, float], int | Response]
Make = Callable[[int, float, float], Decide]
WINDOW = 60.0
LIMIT = 5
HONEST = [make for makes in limiters.FAMILIES.values() for make in makes]


def subject_for(check: Check, **rates: object) -> Subject:
    facts = {"window": "60s", "refusal": 429, "buckets": {"general": {"limit": LIMIT}}, **rates}
    requests = {"head": "as-get", "schema": 422}
    setting = {"facts": {"rate_limits": facts, "requests": requests}, "subject": "general"}
    return subject_of(check, setting)


def one_limit(decide: Decide, refusal: int = 429) -> Serve:
    """A server that counts all requests together."""
    return lambda _, at: 200 if decide(at) else refusal


def without_head(decide: Decide, *, free: bool) -> Serve:
    """A server that knows no HEAD. free: and does not count it."""

    def serve(request: Request, at: float) -> int:
        if request.method == "HEAD":
            return 404 if free or decide(at) else 429
        return 200 if decide(at) else 429

    return serve


def limit_each(key: Callable[[Request], str], make: Make = limiters.fixed) -> Serve:
    """A server that counts requests apart, by a key."""
    made: dict[str, Decide] = {}

    def serve(request: Request, at: float) -> int:
        decide = made.setdefault(key(request), make(LIMIT, WINDOW, 0.0))
        return 200 if decide(at) else 429

    return serve


def by_sender(request: Request) -> str:
    return request.identity


def by_operation(request: Request) -> str:
    return request.operation


def by_all(_: Request) -> str:
    return ""


@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
@pytest.mark.parametrize(
    "check", [recovery.CHECK, refusal_status.CHECK], ids=["recovery", "status"]
)
def test_every_honest_limiter_passes(check: Check, make: Make) -> None:
    for phase in (0.0, 7.0, 31.0, 59.9):
        serve = one_limit(make(LIMIT, WINDOW, phase))
        assert judge(check, subject_for(check), serve, seed=int(phase)) is None


@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
def test_who_goes_on_asking_is_admitted_by_every_honest_limiter(make: Make) -> None:
    check = refused_requests.CHECK
    of = subject_for(check, counts={"refused": False})
    for phase in (0.0, 7.0, 31.0, 59.9):
        assert judge(check, of, one_limit(make(LIMIT, WINDOW, phase))) is None


def test_a_window_that_begins_anew_with_each_refusal_is_found() -> None:
    check = refused_requests.CHECK
    decide, until = limiters.fixed(LIMIT, WINDOW, 0), 0.0

    def prolong(_: Request, at: float) -> int:
        nonlocal until
        if at >= until and decide(at):
            return 200
        until = at + WINDOW
        return 429

    found = judge(check, subject_for(check, counts={"refused": False}), prolong)
    assert isinstance(found, Failure)


@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
@pytest.mark.parametrize("free", [False, True])
def test_what_a_head_costs_is_judged_by_the_policy(make: Make, *, free: bool) -> None:
    check = cost.CHECK
    buckets = {"general": {"limit": LIMIT, "ops": "listContacts"}}
    for phase in (0.0, 31.0, 59.9):
        for counted, outcome in ((["2xx", 404], "free"), (["2xx"], "charged")):
            serve = without_head(make(LIMIT, WINDOW, phase), free=free)
            of = subject_for(check, buckets=buckets, counts={"status": counted})
            row = next(case for case in check.cases(of) if case.name == "HEAD")
            judgement = judge(check, of.with_case(row), serve, seed=int(phase))
            if (404 in counted) != free:
                assert judgement is None
            else:
                assert isinstance(judgement, Failure)
                assert judgement.outcome == outcome


STRANGERS = "credentials that nobody has"


@pytest.mark.parametrize(
    ("per", "counts", "limit", "tried"),
    [
        ("token", ["2xx"], LIMIT, True),
        ("token", ["2xx", 401], LIMIT, False),  # whose limit would it be?
        ("ip", ["2xx", 401], LIMIT, True),
        ("token", ["2xx"], 21, False),  # so many look like an attack
    ],
)
def test_credentials_that_nobody_has_are_sent_where_it_is_known_what_they_cost(
    per: str, counts: list[object], limit: int, *, tried: bool
) -> None:
    buckets = {"general": {"limit": limit}}
    of = subject_for(cost.CHECK, per=per, buckets=buckets, counts={"status": counts})
    assert (STRANGERS in {case.name for case in cost.CHECK.cases(of)}) is tried


@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
@pytest.mark.parametrize("by_address", [False, True])
def test_a_limiter_that_counts_strangers_with_the_others_is_found(
    make: Make, *, by_address: bool
) -> None:
    decide = make(LIMIT, WINDOW, 7.0)

    def serve(request: Request, at: float) -> int:
        if request.caller is Caller.BAD:
            return 401 if not by_address or decide(at) else 429
        return 200 if decide(at) else 429

    of = subject_for(cost.CHECK, counts={"status": ["2xx"]})
    row = next(case for case in cost.CHECK.cases(of) if case.name == STRANGERS)
    judgement = judge(cost.CHECK, of.with_case(row), serve)
    assert (judgement is not None) is by_address
    assert judgement is None or isinstance(judgement, Failure)
    served = judge(cost.CHECK, of.with_case(row), one_limit(make(LIMIT, WINDOW, 7.0)))
    assert isinstance(served, Inconclusive)


@pytest.mark.parametrize("name", LIMITERS)
@pytest.mark.parametrize("more", [0, 5])
def test_a_wait_is_as_long_as_every_honest_limiter_makes_it(name: str, more: int) -> None:
    check, limiter = overlong_wait.CHECK, LIMITERS[name](Options(WINDOW))

    def serve(_: Request, at: float) -> Response:
        standing = limiter.ask(at, LIMIT, count=True)
        wait = math.ceil(standing.retry - at) + more
        return Response(200 if standing.allowed else 429, headers=(("Retry-After", str(wait)),))

    of = subject_for(check, refusal={"status": 429, "retry_after": {"late": "1s"}})
    for seed in range(9):
        found = judge(check, of, serve, seed)
        if more:
            assert isinstance(found, Failure)
        else:
            assert found is None or isinstance(found, Inconclusive)
        limiter = LIMITERS[name](Options(WINDOW))


def by_user(users: dict[str, str]) -> Callable[[Request], str]:
    """Count by the user of an identity: of each two that are made, both are of one."""
    return lambda request: users.setdefault(
        request.identity, str((int(request.identity.rpartition("-")[2]) - 1) // 2)
    )


@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
def test_a_schedule_of_several_users_is_explained_where_each_has_one_limit(make: Make) -> None:
    for judgement in play_schedules(make, by_user({})):
        assert judgement is None


@pytest.mark.parametrize(
    ("key", "outcome"), [(by_sender, "too-many"), (by_all, "too-few")], ids=["apart", "together"]
)
def test_a_schedule_of_several_users_shows_a_limit_of_others(
    key: Callable[[Request], str], outcome: str
) -> None:
    judgements = play_schedules(limiters.fixed, key)
    assert outcome in {one.outcome for one in judgements if isinstance(one, Failure)}


def play_schedules(make: Make, key: Callable[[Request], str]) -> list[Judgement]:
    check = schedule.CHECK
    of = subject_for(check, per="user")
    return [judge(check, of.with_case(row), limit_each(key, make)) for row in check.cases(of)]


def test_a_refusal_with_another_status_is_found_where_it_is_the_limit() -> None:
    check, of = refusal_status.CHECK, subject_for(refusal_status.CHECK)
    limited = judge(check, of, one_limit(limiters.fixed(LIMIT, WINDOW, 0), refusal=503))
    assert isinstance(limited, Failure)
    assert limited.actual.startswith("503")
    served = 0

    def breaks_down(_: Request, __: float) -> int:
        nonlocal served
        served += 1
        return 200 if served <= LIMIT else 503

    assert isinstance(judge(check, of, breaks_down), Inconclusive)
    assert isinstance(judge(check, of, lambda *_: 403), Inconclusive)


def test_a_limit_that_never_recovers_is_found() -> None:
    served = 0

    def for_ever(_: float) -> bool:
        nonlocal served
        served += 1
        return served <= LIMIT

    found = judge(recovery.CHECK, subject_for(recovery.CHECK), one_limit(for_ever))
    assert isinstance(found, Failure)


@pytest.mark.parametrize(
    ("check", "per", "key", "fails"),
    [
        (partition.CHECK, "token", by_sender, False),
        (partition.CHECK, "token", by_all, True),
        (partition.CHECK, "user", by_sender, False),
        (partition.CHECK, "user", by_all, True),
        (sharing.CHECK, "user", by_all, False),
        (sharing.CHECK, "user", by_sender, True),
        (sharing.CHECK, "account", by_sender, True),
        (shared_operations.CHECK, "token", by_sender, False),
        (shared_operations.CHECK, "token", by_operation, True),
    ],
)
@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
def test_whom_a_limit_counts_together_is_judged_by_the_policy(
    check: Check, per: str, key: Callable[[Request], str], make: Make, *, fails: bool
) -> None:
    judgement = judge(check, subject_for(check, per=per), limit_each(key, make))
    assert isinstance(judgement, Failure) == fails


def test_an_operation_that_counts_apart_is_asked_while_the_other_is_refused() -> None:
    check = other_operations.CHECK
    buckets = {"general": {"limit": LIMIT, "ops": "createContact"}, "others": {"limit": 100}}
    of = subject_for(check, buckets=buckets)
    assert judge(check, of, limit_each(by_operation)) is None
    assert isinstance(judge(check, of, limit_each(by_all)), Failure)


def test_a_policy_without_a_promise_is_not_tested() -> None:
    for check in (sharing.CHECK, cost.CHECK, refused_requests.CHECK):
        assert isinstance(check.applies(subject_for(check)), NotApplicable)
    assert isinstance(
        partition.CHECK.applies(subject_for(partition.CHECK, per="ip")), NotApplicable
    )


def test_a_limiter_that_admits_too_many_of_all_is_no_matter_of_cost() -> None:
    check = cost.CHECK
    buckets = {"general": {"limit": LIMIT, "ops": "listContacts"}}
    of = subject_for(check, buckets=buckets, counts={"status": ["2xx"]})
    row = next(case for case in check.cases(of) if case.name == "HEAD")
    judgement = judge(check, of.with_case(row), lambda *_: 200)
    assert isinstance(judgement, Inconclusive)


def test_the_lowest_limit_stands_for_the_others_though_it_is_high() -> None:
    buckets = {"general": {"limit": 300}, "others": {"limit": 400, "ops": "createContact"}}
    of = subject_for(recovery.CHECK, buckets=buckets)
    assert isinstance(recovery.CHECK.applies(of), Applies)
    lower = {**buckets, "others": {"limit": 40, "ops": "createContact"}}
    of = subject_for(recovery.CHECK, buckets=lower)
    assert isinstance(recovery.CHECK.applies(of), NotApplicable)
    out_of_reach = {"general": {"limit": 4000}}
    of = subject_for(recovery.CHECK, buckets=out_of_reach)
    assert isinstance(recovery.CHECK.applies(of), NotApplicable)


def test_a_limit_that_shows_nothing_three_times_is_not_asked_who_shares_it() -> None:
    for limit, applies in ((2, NotApplicable), (3, Applies)):
        of = subject_for(sharing.CHECK, per="user", buckets={"general": {"limit": limit}})
        assert isinstance(sharing.CHECK.applies(of), applies)


class ForEver:
    """A server that admits a few requests of each identity, and then none any more."""

    def __init__(self) -> None:
        self.came: list[str] = []

    def __call__(self, request: Request, _: float) -> Response:
        before = self.came.count(request.identity)
        self.came.append(request.identity)
        return Response(201 if before < LIMIT else 429, body=b'{"id": "7"}')


def play_after(check: Check, of: Subject, serve: Serve) -> Transcript:
    """Play a check after one that has used the limit up."""
    learned: dict[str, object] = {}
    playing.play(partition.CHECK, of, serve, 1, learned)
    played = playing.play(check, of, serve, 2, learned)
    assert isinstance(played, Transcript)
    return played


FOLLOWING = [partition.CHECK, recovery.CHECK, refusal_status.CHECK, refused_requests.CHECK]


@pytest.mark.parametrize("check", FOLLOWING, ids=lambda check: check.title)
def test_a_limit_that_another_check_has_used_up_is_not_used_up_again(check: Check) -> None:
    serve = ForEver()
    played = play_after(check, subject_for(check, counts={"refused": False}), serve)
    first, *others = played.exchanges
    assert (first.status, first.request.identity) == (429, serve.came[0])
    assert len([one for one in others if one.succeeded]) <= 1


@pytest.mark.parametrize("check", [recovery.CHECK, refused_requests.CHECK], ids=lambda c: c.title)
def test_what_never_recovers_is_found_though_another_check_has_used_the_limit_up(
    check: Check,
) -> None:
    of = subject_for(check, counts={"refused": False})
    assert isinstance(check.judge(of, play_after(check, of, ForEver())), Failure)


def test_a_wrong_status_is_found_though_another_check_has_used_the_limit_up() -> None:
    check, honest = refusal_status.CHECK, limit_each(by_sender)
    of = subject_for(check)
    played = play_after(check, of, lambda *sent: 503 if honest(*sent) == 429 else 200)
    assert isinstance(check.judge(of, played), Failure)
    senders = {one.request.identity for one in played.exchanges}
    assert len(senders) == 2, "that of the check before, and one of its own"


def test_what_came_before_a_rest_is_not_counted_as_admitted_by_a_limit() -> None:
    check, served = refusal_status.CHECK, 0
    of = subject_for(check, per="ip")  # the known identity goes on

    def serve(*_: object) -> int:
        nonlocal served
        served += 1
        return 503 if LIMIT < served <= LIMIT + 3 else 200

    known = of.context.identities["admin"]
    played = playing.play(check, of, serve, 1, {f"who has used up general by {of.op.id}": known})
    # One before the rest, LIMIT - 1 after it, three refusals alike, and one after a rest.
    assert served == LIMIT + 4
    assert isinstance(check.judge(of, played), Inconclusive)


def test_a_limit_that_refuses_others_is_found_though_another_check_has_used_it_up() -> None:
    check = other_operations.CHECK
    buckets = {"general": {"limit": LIMIT, "ops": "createContact"}, "others": {"limit": 100}}
    of = subject_for(check, buckets=buckets)
    assert isinstance(check.judge(of, play_after(check, of, ForEver())), Failure)


@pytest.mark.parametrize(("counted", "again"), [("listContacts", True), ("createContact", False)])
def test_who_is_refused_is_not_asked_to_create_what_the_limit_counts(
    counted: str, *, again: bool
) -> None:
    buckets = {"general": {"limit": LIMIT, "ops": ["getContact", counted]}}
    of = subject_of(
        partition.CHECK,
        {
            "facts": {"rate_limits": {"window": "60s", "refusal": 429, "buckets": buckets}},
            "subject": "general",
        },
    )
    of = replace(of, operation=of.context.spec.operation("getContact"))
    serve = ForEver()
    known = {"who has used up general by getContact": Identity("spent", "$SPENT")}
    playing.play(partition.CHECK, of, serve, 1, known)
    assert ("spent" in serve.came) == again
