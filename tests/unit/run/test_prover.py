"""What a proof makes of the endings of checks, on the honest server and with a fault."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest

from apicheck.cli.prove import clause_lines
from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.plan import Options, Plan
from apicheck.model.target import Identity, Target
from apicheck.plan import plan
from apicheck.registry import collect
from apicheck.run import proof_plan
from apicheck.run.clause_proof import ClauseProof, break_the_others, list_unbroken
from apicheck.run.prover import Ended, Played, ProofRow, Prover

FAULT = "auth/skips-authentication"
ITEM = {"id": FAULT, "about": "", "applicable": True}
CAUGHT = ("auth/missing-credentials", "trackUser", "accepted")
ORDER = ("auth/order", "trackUser", "wrong-order")
MEMBERS = ("errors/members", "trackUser", "differ")

Playings = Callable[..., Prover]


def planned(*select: str, profile: str = "webengage") -> Plan:
    spec = load_spec(profile_dir(profile) / "openapi.yaml")
    policy = load_policy(profile_dir(profile) / "policy.yaml", spec)
    admin = Identity("admin", "$APICHECK_ADMIN_TOKEN")
    target = Target("t", "http://127.0.0.1", identities={"admin": admin})
    return plan(spec, policy, target, collect(entry_points=False), Options(select, draws=0))


@pytest.fixture
def playings(monkeypatch: pytest.MonkeyPatch) -> Playings:
    """A prover of a server on which each playing with a fault ends as given, in turn."""

    def made(
        *endings: Iterable[Ended],
        recorded: Sequence[str] = (),
        honest: Iterable[Ended] = (),
        broken: Sequence[str] = (),
    ) -> Prover:
        turns = iter(endings)

        def play_with(_: Prover, __: Plan, faults: Sequence[str]) -> Played:
            ended = dict.fromkeys(next(turns) if faults else honest, "why")
            return Played(ended, frozenset(broken if faults else ()))

        monkeypatch.setattr(Prover, "_play_with", play_with)
        return Prover(planned("auth/*", "errors/*"), "", {FAULT: tuple(recorded)})

    return made


def test_what_the_honest_server_ends_in_too_is_not_the_fault(playings: Playings) -> None:
    row = playings([CAUGHT, ORDER], honest=[ORDER]).prove_fault(ITEM)
    assert row.killed
    assert (row.unrelated, row.collateral) == ((), ())


def test_what_is_recorded_is_collateral_and_what_was_not_seen_is_named(playings: Playings) -> None:
    row = playings([CAUGHT, ORDER], recorded=["auth/order", "errors/members"]).prove_fault(ITEM)
    assert row.collateral == (ORDER,)
    assert row.unseen == ("errors/members",)
    assert row.unrelated == ()
    assert not row.again


def test_what_is_neither_declared_nor_recorded_is_unrelated_once_it_repeats(
    playings: Playings,
) -> None:
    row = playings([CAUGHT, ORDER], [CAUGHT, ORDER]).prove_fault(ITEM)
    assert row.again
    assert (row.unrelated, row.why) == ((ORDER,), ("why",))


def test_what_does_not_repeat_is_a_disturbance(playings: Playings) -> None:
    row = playings([CAUGHT, ORDER], [CAUGHT, MEMBERS]).prove_fault(ITEM)
    assert (row.unrelated, row.why) == ((), ())


def test_a_fault_that_is_caught_at_the_second_try_is_caught(playings: Playings) -> None:
    row = playings([], [CAUGHT]).prove_fault(ITEM)
    assert row.killed
    assert row.again


def test_a_fault_that_no_check_notices_survives(playings: Playings) -> None:
    row = playings([], []).prove_fault(ITEM)
    assert not row.killed
    assert row.expected == (("auth/missing-credentials", "accepted"),)


def test_of_checks_tried_alone_only_their_own_record_counts(playings: Playings) -> None:
    row = playings([CAUGHT, ORDER], recorded=["auth/order", "scopes/order"]).prove_fault(ITEM)
    assert row.collateral == (ORDER,)
    assert row.unseen == ()


def test_a_fault_that_the_profile_cannot_show_is_not_played(playings: Playings) -> None:
    row = playings().prove_fault({**ITEM, "applicable": False})
    assert (row.caught, row.requests, row.applicable) == ((), 0, False)


def test_a_row_names_the_clauses_that_fail(playings: Playings) -> None:
    row = playings([CAUGHT], broken=["WE-3-4", "WE-2-5"]).prove_fault(ITEM)
    assert row.broken == ("WE-2-5", "WE-3-4")


def test_a_clause_with_checks_that_no_fault_breaks_is_named() -> None:
    made = planned("auth/missing-credentials")
    tested = [one.clause.id for one in made.clauses if one.why is None and one.checks]
    first, *others = tested
    assert others
    row = ProofRow(FAULT, "", (), applicable=True, broken=(first,))
    assert list_unbroken(made, [row]) == tuple(others)
    assert list_unbroken(made, [replace(row, broken=tuple(tested))]) == ()


def test_a_clause_that_the_samples_left_out_is_asked_by_itself_with_the_faults_of_its_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = planned("auth/missing-credentials")
    *seen, last = sorted(one.clause.id for one in made.clauses if one.why is None and one.checks)
    rows = [
        ProofRow(fault, "", (), applicable=applicable, broken=broken)
        for fault, applicable, broken in (
            ("auth/sends-no-status", True, tuple(seen)),
            ("auth/missing-credentials-answered-with-other-status", False, ()),
            (FAULT, True, ()),
        )
    ]
    asked = []

    def play_with(_: Prover, plan: Plan, faults: Sequence[str]) -> Played:
        asked.extend(faults)
        return Played({}, frozenset(one.clause.id for one in plan.clauses))

    monkeypatch.setattr(Prover, "_play_with", play_with)
    monkeypatch.setattr(
        "apicheck.run.clause_proof.build_plan", lambda _, options: planned_of(made, options)
    )
    after = break_the_others(Prover(made, "", {}), None, made, rows)
    assert asked == [FAULT]
    assert [row.broken for row in after] == [tuple(seen), (), (last,)]


def test_clauses_are_proven_when_each_fails_with_a_fault_and_none_without() -> None:
    proof = ClauseProof("p", {"A-1": "x/broken", "A-2": "x/broken"}, (), 1.0, 5)
    assert proof.holds
    assert "2 of 2" in "\n".join(clause_lines(proof))
    open_one = replace(proof, broken={"A-1": "x/broken", "A-2": ""})
    assert open_one.unbroken == ("A-2",)
    assert not open_one.holds
    assert "NOT BROKEN" in list(clause_lines(open_one))[1]
    assert not replace(proof, honest=("A-1",)).holds


def planned_of(made: Plan, options: Options) -> Plan:
    kept = tuple(one for one in made.clauses if one.clause.id in options.clauses)
    return replace(made, clauses=kept)


def sample(made: Plan, fault: str, *, whole: bool = False) -> Plan:
    return proof_plan.sample_plan(made, fault, whole=whole)


def test_an_active_check_alone_is_played_without_the_canonical_request_of_every_operation() -> None:
    alone = planned("auth/missing-credentials")
    assert alone.controls != ()
    assert sample(alone, FAULT).controls == ()
    passive = planned("headers/date")
    assert sample(passive, "headers/date-on-successes-only").controls == passive.controls


def test_a_passive_check_reads_few_canonical_requests_where_an_active_one_names_the_fault() -> None:
    made = planned("auth/missing-credentials", "headers/date", profile="dahimail")
    assert 0 < len(sample(made, FAULT).controls) < len(made.controls) / 2
    assert sample(made, FAULT, whole=True).controls == made.controls


def test_a_passive_check_alone_hears_a_sample_of_what_it_names_and_all_at_the_second_try() -> None:
    heard, fault = planned("auth/challenge"), "auth/omits-challenge"
    assert fault in heard.checks["auth/challenge"].proven_by["absent"]
    few = sample(heard, fault).provoking
    assert 0 < len(few) < len(heard.provoking)
    assert sample(heard, fault, whole=True).provoking == heard.provoking


def test_faults_take_turns_in_what_the_checks_ask_that_do_not_name_them() -> None:
    made = planned("auth/*", "errors/*")
    faults = [f"none/{number}" for number in range(40)]
    asked = [{probe.key for probe in sample(made, fault).probes} for fault in faults]
    every = {probe.key for probe in sample(made, faults[0], whole=True).probes}
    assert sum(map(len, asked)) < len(faults) * len(every) / 2
    assert set().union(*asked) == every


def test_the_check_that_names_a_fault_is_asked_all_of_its_rows_at_once() -> None:
    made, rows = planned("auth/*", "errors/*"), planned("auth/missing-credentials").probes
    asked = {probe.key for probe in sample(made, FAULT).probes}
    subjects = {probe.subject.key for probe in rows if probe.key in asked}
    assert subjects
    assert {probe.key for probe in rows if probe.subject.key in subjects} <= asked
