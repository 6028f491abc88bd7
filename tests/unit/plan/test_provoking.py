"""The probes that give a passive check something to read."""

from typing import Any

import pytest

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.plan import Options, Plan
from apicheck.model.target import Identity, Target
from apicheck.plan import plan
from apicheck.registry import collect

CHECKS = collect(entry_points=False)
ADMIN = Identity(name="admin", placeholder="$APICHECK_ADMIN_TOKEN")


@pytest.fixture(scope="module")
def planned() -> Any:
    spec = load_spec(profile_dir("webengage") / "openapi.yaml")
    policy = load_policy(profile_dir("webengage") / "policy.yaml", spec)
    target = Target("t", "http://127.0.0.1", identities={"admin": ADMIN})

    def make(**options: Any) -> Plan:
        return plan(spec, policy, target, CHECKS, Options(draws=0, **options))

    return make


def test_a_passive_check_selected_alone_gets_probes_that_trigger_it(planned: Any) -> None:
    made = planned(select=("errors/envelope",))
    assert made.probes == ()
    assert {probe.check.id for probe in made.provoking} & set(
        CHECKS["errors/envelope"].triggered_by
    )
    assert made.estimate.requests >= len(made.controls) + len(made.provoking)


def test_a_selected_trigger_is_not_played_twice(planned: Any) -> None:
    both = ("errors/envelope", *CHECKS["errors/envelope"].triggered_by)
    assert planned(select=both).provoking == ()


def test_an_ignored_trigger_is_not_played(planned: Any) -> None:
    triggers = CHECKS["errors/envelope"].triggered_by
    assert planned(select=("errors/envelope",), ignore=triggers).provoking == ()


def test_a_run_of_the_whole_policy_plays_what_its_clauses_name(planned: Any) -> None:
    assert planned().provoking == ()


def test_every_trigger_is_a_check_that_sends() -> None:
    named = {name for check in CHECKS.values() for name in check.triggered_by}
    assert named
    assert not [name for name in named if CHECKS[name].passive]
