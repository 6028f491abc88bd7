"""A policy is of a provider or of a receiver: only the checks of that party are planned."""

from __future__ import annotations

from typing import Any

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.plan import Options, Plan
from apicheck.model.target import Effects, Endpoints, Target
from apicheck.plan import plan
from apicheck.registry import collect

CHECKS = collect(entry_points=False)


def plan_of(profile: str, *, effects: bool = True, https_url: str = "", **options: Any) -> Plan:
    spec = load_spec(profile_dir(profile) / "openapi.yaml")
    policy = load_policy(profile_dir(profile) / "policy.yaml", spec)
    target = Target(
        "t",
        "http://127.0.0.1",
        endpoints=Endpoints(https_url),
        effects=Effects(file="x") if effects else None,
    )
    seen = frozenset({"processed"} if effects else ()) | {"foreign_secret", "load"}
    return plan(spec, policy, target, CHECKS, Options(**options), capabilities=seen)


def test_a_receiver_is_asked_the_checks_of_receivers_alone() -> None:
    made = plan_of("receiver", https_url="https://127.0.0.1", select=("receiver/*", "auth/*"))
    asked = {probe.check.id for probe in made.probes}
    assert asked == {name for name, check in CHECKS.items() if check.actor == "receiver"}
    assert {probe.subject.key for probe in made.probes} == {"receiveDelivery"}
    assert made.passive == ()


def test_a_receiver_by_https_is_asked_for_its_certificate_and_versions_of_tls() -> None:
    checks = {"transport/certificate", "transport/tls-version"}
    made = plan_of("receiver", https_url="https://127.0.0.1", select=("transport/*",))
    assert {probe.check.id for probe in made.probes} == checks
    plain = plan_of("receiver", select=("transport/*",))
    assert {one.check for one in plain.skipped} == checks


def test_its_canonical_request_is_not_sent_as_nothing_signs_it() -> None:
    made = plan_of("receiver")
    assert made.controls == ()
    assert made.unsent["receiveDelivery"].reason == "deliveries to it are signed one by one"


def test_without_effects_what_needs_them_says_what_to_add() -> None:
    made = plan_of("receiver", effects=False, https_url="https://127.0.0.1")
    skipped = {one.check: one.why for one in made.skipped}
    assert set(skipped) == {"receiver/replay", "receiver/refusal-effect"}
    assert all("[effects]" in getattr(why, "remedy", "") for why in skipped.values())


def test_ten_forgeries_are_drawn_the_same_for_the_same_seed() -> None:
    def drawn(seed: int) -> list[object]:
        made = plan_of("receiver", select=("receiver/signature",), seed=seed)
        cases = [probe.subject.case for probe in made.probes]
        return [one.value for one in cases if one is not None and one.drawn]

    assert len(drawn(1)) == 10
    assert drawn(1) == drawn(1) != drawn(2)


def test_the_clauses_of_a_receiver_are_tested_and_those_of_a_provider_are_not() -> None:
    assert {planned.why for planned in plan_of("receiver").clauses} == {None}
    provider = plan_of("webengage", select=("webhooks/*",))
    assert not [one for one in provider.probes if one.check.actor == "receiver"]
