"""What a proof makes of the endings of checks, on the honest server and with a fault."""

from collections.abc import Callable, Iterable, Sequence

import pytest

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.plan import Options, Plan
from apicheck.model.target import Identity, Target
from apicheck.plan import plan
from apicheck.registry import collect
from apicheck.run import proof_plan
from apicheck.run.prover import Ended, Prover

FAULT = "auth/skips-authentication"
ITEM = {"id": FAULT, "about": "", "applicable": True}
CAUGHT = ("auth/missing-credentials", "trackUser", "accepted")
ORDER = ("auth/order", "trackUser", "wrong-order")
MEMBERS = ("errors/members", "trackUser", "differ")

Playings = Callable[..., Prover]


def planned(*select: str) -> Plan:
    spec = load_spec(profile_dir("webengage") / "openapi.yaml")
    policy = load_policy(profile_dir("webengage") / "policy.yaml", spec)
    admin = Identity("admin", "$APICHECK_ADMIN_TOKEN")
    target = Target("t", "http://127.0.0.1", identities={"admin": admin})
    return plan(spec, policy, target, collect(entry_points=False), Options(select, draws=0))


@pytest.fixture
def playings(monkeypatch: pytest.MonkeyPatch) -> Playings:
    """A prover of a server on which each playing with a fault ends as given, in turn."""

    def made(
        *endings: Iterable[Ended], recorded: Sequence[str] = (), honest: Iterable[Ended] = ()
    ) -> Prover:
        turns = iter(endings)

        def ended(_: Prover, __: Plan, faults: Sequence[str]) -> dict[Ended, str]:
            return dict.fromkeys(next(turns) if faults else honest, "why")

        monkeypatch.setattr(Prover, "_ended", ended)
        return Prover(planned("auth/*", "errors/*"), "", {FAULT: tuple(recorded)})

    return made


def test_what_the_honest_server_ends_in_too_is_not_the_fault(playings: Playings) -> None:
    row = playings([CAUGHT, ORDER], honest=[ORDER]).row(ITEM)
    assert row.killed
    assert (row.unrelated, row.collateral) == ((), ())


def test_what_is_recorded_is_collateral_and_what_was_not_seen_is_named(playings: Playings) -> None:
    row = playings([CAUGHT, ORDER], recorded=["auth/order", "errors/members"]).row(ITEM)
    assert row.collateral == (ORDER,)
    assert row.unseen == ("errors/members",)
    assert row.unrelated == ()
    assert not row.again


def test_what_is_neither_declared_nor_recorded_is_unrelated_once_it_repeats(
    playings: Playings,
) -> None:
    row = playings([CAUGHT, ORDER], [CAUGHT, ORDER]).row(ITEM)
    assert row.again
    assert (row.unrelated, row.why) == ((ORDER,), ("why",))


def test_what_does_not_repeat_is_a_disturbance(playings: Playings) -> None:
    row = playings([CAUGHT, ORDER], [CAUGHT, MEMBERS]).row(ITEM)
    assert (row.unrelated, row.why) == ((), ())


def test_a_fault_that_is_caught_at_the_second_try_is_caught(playings: Playings) -> None:
    row = playings([], [CAUGHT]).row(ITEM)
    assert row.killed
    assert row.again


def test_a_fault_that_no_check_notices_survives(playings: Playings) -> None:
    row = playings([], []).row(ITEM)
    assert not row.killed
    assert row.expected == (("auth/missing-credentials", "accepted"),)


def test_of_checks_tried_alone_only_their_own_record_counts(playings: Playings) -> None:
    row = playings([CAUGHT, ORDER], recorded=["auth/order", "scopes/order"]).row(ITEM)
    assert row.collateral == (ORDER,)
    assert row.unseen == ()


def test_a_fault_that_the_profile_cannot_show_is_not_played(playings: Playings) -> None:
    row = playings().row({**ITEM, "applicable": False})
    assert (row.caught, row.requests, row.applicable) == ((), 0, False)


def test_an_active_check_alone_is_played_without_the_canonical_request_of_every_operation() -> None:
    alone = planned("auth/missing-credentials")
    assert alone.controls != ()
    assert proof_plan.sampled(alone, set(), whole=False).controls == ()
    passive = planned("headers/date")
    assert proof_plan.sampled(passive, set(), whole=False).controls == passive.controls


def test_a_passive_check_alone_hears_a_sample_of_what_it_names_and_all_at_the_second_try() -> None:
    heard = planned("auth/challenge")
    few = proof_plan.sampled(heard, {"auth/challenge"}, whole=False).provoking
    assert 0 < len(few) < len(heard.provoking)
    assert proof_plan.sampled(heard, {"auth/challenge"}, whole=True).provoking == heard.provoking
