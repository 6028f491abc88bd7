"""Every check can fail: for each fault of the server, the check that must notice it does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apicheck.cli.prove import lines
from apicheck.model.errors import ApicheckError
from apicheck.run import prove, prove_clauses, write_collateral
from apicheck.testing import Server

PROFILES = ("canonical", "capengage", "capsule", "dahimail", "emitrr", "receiver", "webengage")
FAMILIES = {
    folder.name
    for folder in (Path(__file__).parents[2] / "reference_server" / "faults").iterdir()
    if any(folder.glob("[!_]*.py"))
}
APART = (
    {"auth"},
    {"errors", "headers", "conformance"},
    {"webhooks"},
    {"ratelimit", "scopes", "transport", "versioning"},
)
"""What workers can prove side by side. Webhooks mostly wait for deliveries."""
SPLIT = {"canonical": APART, "capengage": APART[1:], "capsule": APART[1:]}
"""The profiles with most faults, or with deliveries that are tried again: so that no worker is long
alone at the end, and no share of the long tests has the whole of two of them."""

PARTS = [
    (profile, families)
    for profile in PROFILES
    for apart in [SPLIT.get(profile, ())]
    for families in (*apart, FAMILIES.difference(*apart))
]


@pytest.mark.long
@pytest.mark.parametrize(
    ("profile", "families"),
    PARTS,
    ids=[f"{profile}-{min(families)}" for profile, families in PARTS],
)
def test_every_fault_is_caught_and_nothing_else_fails(profile: str, families: set[str]) -> None:
    proof = prove(profile, families=tuple(f"{family}/*" for family in sorted(families)))
    assert proof.honest_failures == ()
    assert [(row.fault, row.expected, row.caught) for row in proof.survivors] == []
    assert [(row.fault, row.unrelated, row.why) for row in proof.rows if row.unrelated] == []
    assert proof.unproven == ()


@pytest.mark.long
@pytest.mark.parametrize("profile", PROFILES)
def test_every_clause_fails_with_a_fault_and_none_without(profile: str) -> None:
    proof = prove_clauses(profile)
    assert proof.broken
    assert proof.unbroken == ()
    assert proof.honest == ()


def test_there_are_faults_enough(
    apicheck_server: Callable[[str], Server], control: Callable[..., Any]
) -> None:
    shown = {
        profile: [f["id"] for f in control(url, "GET", "/faults")["faults"] if f["applicable"]]
        for profile in PROFILES
        for url in [apicheck_server(profile).control_url]
    }
    assert sum(map(len, shown.values())) >= 90
    assert set().union(*APART) <= FAMILIES


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Replaces the record of the profile by another one."""
    monkeypatch.setattr("apicheck.run.collateral.profile_dir", lambda _: tmp_path)
    return lambda **collateral: write_collateral("webengage", collateral)


def test_a_fault_is_proven_by_its_sample_on_the_honest_server_and_on_the_broken_one() -> None:
    proof = prove("webengage", faults=("auth/skips-authentication",))
    assert proof.holds
    assert not proof.whole
    (row,) = proof.rows
    assert row.caught == (("auth/missing-credentials", "accepted"),)
    assert row.collateral != ()
    assert not row.again
    assert row.requests < proof.requests < 3 * row.requests


def test_a_fault_that_the_profile_cannot_show_asks_nothing() -> None:
    proof = prove("webengage", faults=("auth/serves-accounts-out-of-use",))
    assert (proof.applicable, proof.honest_failures, proof.requests) == ((), (), 0)
    assert proof.holds
    assert "nothing to prove" in list(lines(proof))[-1]


def test_a_fault_that_the_server_does_not_have_is_a_mistake_that_names_the_nearest() -> None:
    with pytest.raises(ApicheckError, match="auth/skips-authentication"):
        prove("webengage", faults=("auth/skip-authentication",))


def test_what_fails_with_a_fault_is_unrelated_until_it_is_recorded(
    recorded: Callable[..., None],
) -> None:
    recorded()
    row = prove("webengage", faults=("auth/skips-authentication",)).rows[0]
    assert row.killed
    assert "auth/order" in {check for check, _, _ in row.unrelated}
    checks = tuple({check for check, _, _ in row.unrelated})
    recorded(**{row.fault: (*checks, "errors/unknown-path")})
    proof = prove("webengage", faults=(row.fault,))
    assert proof.holds
    assert {check for check, _, _ in proof.rows[0].collateral} == set(checks)
    assert proof.rows[0].unseen == ("errors/unknown-path",)


def test_a_check_alone_catches_the_faults_that_it_names_and_shows_those_it_fails_with_too(
    recorded: Callable[..., None],
) -> None:
    recorded()
    proof = prove("webengage", checks=("auth/order",), families=("auth/*",))
    assert proof.honest_failures == ()
    assert proof.survivors == ()
    assert "auth/validates-before-authentication" in {r.fault for r in proof.rows if r.killed}
    assert "auth/skips-authentication" in {row.fault for row in proof.unrelated}
    seen = {check for row in proof.rows for check, _, _ in (*row.unrelated, *row.collateral)}
    assert seen == {"auth/order"}


def test_a_passive_check_alone_hears_the_checks_that_cause_what_it_reads() -> None:
    proof = prove("canonical", checks=("headers/date",), faults=("headers/date-on-successes-only",))
    assert proof.holds


def test_a_check_with_nothing_to_ask_on_a_profile_says_why() -> None:
    proof = prove("webengage", checks=("oauth/refresh",), faults=("oauth/refuses-refresh",))
    assert [check for check, _ in proof.silent] == ["oauth/refresh"]
    assert not proof.holds
